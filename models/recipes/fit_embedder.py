"""Makes `models/embedder.onnx`: what turns the backbone's features into comparable embeddings.

    python models/recipes/fit_embedder.py PORTRAITS.zip [MORE.zip] --without JUDGED.csv

All faces share a large part of the backbone's features, so that strangers look alike, and a few
strong features outweigh many weak ones. The net takes square roots (features are never negative),
scales to unit length, takes the mean over many people away and scales again. Square root and unit
length: Arandjelović and Zisserman, "Three things everyone should know", 2012. Nobody need be named
in the archives; people who are named in the CSV's column person are left out, so that the
embeddings can be judged by them.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from portraits import central_faces

from analysis.manifest import MODELS_DIR, load_manifest
from analysis.pipeline.backbone import Backbone, unit_length
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.session import OrtSession

DIMENSIONS = 1024
# From each archive; more do not move the mean.
MOST_PORTRAITS = 1500


def mean_direction(archives: list[Path], *, without: frozenset[str]) -> NDArray[np.float32]:
    """Return the mean over the archives' faces of the roots of their features, 1024."""
    spec = load_manifest().net("backbone")
    if spec.input is None:
        raise SystemExit("the manifest's backbone takes no pixels")
    backbone = Backbone(OrtSession(spec, threads=0, wanted={"pooled"}), spec)
    features = [
        backbone.features(cut_crops(image, [face], CROPS["upright"], size=spec.input.size))
        for image, face in central_faces(archives, most=MOST_PORTRAITS, without=without)
    ]
    rows = unit_length(np.sqrt(np.concatenate([one["pooled"] for one in features])))
    print(f"{len(rows)} faces")
    return np.asarray(rows.mean(axis=0), dtype=np.float32)


def build_embedder(mean: NDArray[np.float32]) -> onnx.ModelProto:
    """Return the net: n × 1024 features in, n × 1024 embeddings of unit length out."""
    graph = helper.make_graph(
        [
            helper.make_node("Sqrt", ["pooled"], ["root"]),
            helper.make_node("LpNormalization", ["root"], ["direction"], axis=1, p=2),
            helper.make_node("Sub", ["direction", "mean"], ["difference"]),
            helper.make_node("LpNormalization", ["difference"], ["embedding"], axis=1, p=2),
        ],
        "embedder",
        [helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["batch", DIMENSIONS])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", DIMENSIONS])],
        [numpy_helper.from_array(mean.reshape(1, -1), "mean")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portraits", nargs="+", type=Path)
    parser.add_argument("--without", type=Path, required=True, help="a CSV with a column person")
    options = parser.parse_args()
    with options.without.open(newline="") as table:
        judged = frozenset(row["person"] for row in csv.DictReader(table))
    data = build_embedder(mean_direction(options.portraits, without=judged)).SerializeToString()
    path = MODELS_DIR / "embedder.onnx"
    path.write_bytes(data)
    print(f"{path}: sha256 {hashlib.sha256(data).hexdigest()}, {len(data)} bytes")


if __name__ == "__main__":
    main()
