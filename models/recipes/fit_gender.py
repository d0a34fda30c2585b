"""Makes `models/head_gender.onnx`: the backbone's own gender, calibrated, and reports how it reads.

    python models/recipes/fit_gender.py FOLDER

FOLDER holds `utk.csv` and `utk.zip`. The backbone says male too often. A slope and an offset
on its logit are fitted by maximum likelihood (Platt, 1999) to adults of one half of the faces,
women and men weighing the same; the other half is held out for the report.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from portraits import central_face, load_detector, read_picture
from scipy.optimize import minimize
from scipy.special import expit, logit

from analysis.manifest import MODELS_DIR, load_manifest
from analysis.pipeline.backbone import Backbone
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.session import OrtSession

ADULT_YEARS = 18
MOST_FACES = 3000
# The backbone's sigmoid ends in 0 and 1 exactly, where a logit does not exist.
EDGE = 1e-6
Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Faces:
    """n faces: the backbone's probability of male, what they are, and their age in years."""

    male: Values
    is_male: Flags
    ages: Values

    def select(self, chosen: Flags) -> Faces:
        return Faces(self.male[chosen], self.is_male[chosen], self.ages[chosen])


def collect_faces(folder: Path) -> Faces:
    """Read the labelled faces, spread evenly over the file."""
    spec = load_manifest().net("backbone")
    if spec.input is None:
        raise SystemExit("the manifest's backbone takes no pixels")
    backbone = Backbone(OrtSession(spec, threads=0, wanted={"gender"}), spec)
    detector = load_detector()
    rows = []
    with (
        zipfile.ZipFile(folder / "utk.zip") as bundle,
        (folder / "utk.csv").open(newline="") as file,
    ):
        table = sorted(csv.DictReader(file), key=lambda row: row["file"])
        for row in table[:: max(len(table) // MOST_FACES, 1)]:
            image = read_picture(bundle, row["file"])
            found = detector.detect(image)
            if found:
                face = central_face(image, found)
                crops = cut_crops(image, [face], CROPS["upright"], size=spec.input.size)
                male = float(backbone.features(crops)["gender"][0, 0])
                rows.append((male, row["gender"] == "male", float(row["age"])))
    male_, is_male, ages = (np.array(column) for column in zip(*rows, strict=True))
    return Faces(male=male_, is_male=is_male, ages=ages)


def fit(faces: Faces) -> tuple[float, float]:
    """Return slope and offset of the logit."""
    logits = logit(np.clip(faces.male, EDGE, 1 - EDGE))
    weights = np.where(faces.is_male, 0.5 / faces.is_male.mean(), 0.5 / (~faces.is_male).mean())
    signs = np.where(faces.is_male, 1.0, -1.0)

    def loss(line: Values) -> float:
        return float((weights * np.logaddexp(0, -signs * (line[0] * logits + line[1]))).mean())

    slope, offset = minimize(loss, x0=np.array([1.0, 0.0])).x
    return float(slope), float(offset)


def build_head(slope: float, offset: float) -> onnx.ModelProto:
    """Return the net: n × 1 probability of male in, n × 2 of female and male out."""
    nodes = [
        helper.make_node("Clip", ["gender", "low", "high"], ["male"]),
        helper.make_node("Sub", ["one", "male"], ["female"]),
        helper.make_node("Div", ["male", "female"], ["odds"]),
        helper.make_node("Log", ["odds"], ["logit"]),
        helper.make_node("Mul", ["logit", "slope"], ["steep"]),
        helper.make_node("Add", ["steep", "offset"], ["moved"]),
        helper.make_node("Sigmoid", ["moved"], ["likely"]),
        helper.make_node("Sub", ["one", "likely"], ["unlikely"]),
        helper.make_node("Concat", ["unlikely", "likely"], ["probabilities"], axis=1),
    ]
    numbers = {"low": EDGE, "high": 1 - EDGE, "one": 1.0, "slope": slope, "offset": offset}
    graph = helper.make_graph(
        nodes,
        "gender",
        [helper.make_tensor_value_info("gender", TensorProto.FLOAT, ["batch", 1])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 2])],
        [
            numpy_helper.from_array(np.array(number, dtype=np.float32), name)
            for name, number in numbers.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def report(name: str, faces: Faces, line: tuple[float, float]) -> None:
    """Print how often the label is right, before and after, and the calibration error after."""
    after = expit(line[0] * logit(np.clip(faces.male, EDGE, 1 - EDGE)) + line[1])
    right = (after > 0.5) == faces.is_male
    sure = np.maximum(after, 1 - after)
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(
        abs(right[bins == one].mean() - sure[bins == one].mean()) * (bins == one).mean()
        for one in np.unique(bins)
    )
    print(
        f"{name}: n {len(right)}, right {((faces.male > 0.5) == faces.is_male).mean():.3f} before, "
        f"{right.mean():.3f} after (women {right[~faces.is_male].mean():.3f}, "
        f"men {right[faces.is_male].mean():.3f}), calibration error {error:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    faces = collect_faces(parser.parse_args().folder)
    held_out = np.arange(len(faces.male)) % 2 == 1
    adult = faces.ages >= ADULT_YEARS
    line = fit(faces.select(~held_out & adult))
    report("held out, all ages", faces.select(held_out), line)
    report("held out, adults", faces.select(held_out & adult), line)
    report("held out, from 60", faces.select(held_out & (faces.ages >= 60)), line)
    data = build_head(*line).SerializeToString()
    path = MODELS_DIR / "head_gender.onnx"
    path.write_bytes(data)
    print(f"{path}: sha256 {hashlib.sha256(data).hexdigest()}, {len(data)} bytes, line {line}")


if __name__ == "__main__":
    main()
