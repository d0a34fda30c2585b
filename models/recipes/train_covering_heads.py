"""Makes `models/head_glasses.onnx` and `models/head_mask.onnx`, and reports how well they read.

    python models/recipes/train_covering_heads.py FOLDER [--faces FACES.npz]

FOLDER holds `lfw_attributes`, `utk`, `sunglasses` and `masks`, each a CSV and a zip of pictures.
`--faces` keeps the faces' features in a file, or takes them from it if it is there.

Each net is a linear layer and a softmax on the backbone's features. A third of the faces, chosen by
groups of like ones, is held out for the report; the penalty and the temperature come from a cross
validation among the others. All classes weigh the same in training. A mask worn incorrectly counts
as worn: nearly all of them cover mouth and chin. So that masks are not taken for glasses, which the
labelled faces hardly ever wear together, `glasses` also learns from faces with masks painted on.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from covering_faces import DRAWN, GRIDS, Faces, collect_faces
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, softmax

from analysis.manifest import MODELS_DIR, load_manifest
from analysis.pipeline.backbone import unit_length
from analysis.pipeline.types import Floats

# One group in so many is held out.
HELD_OUT = 3
FOLDS, SEED = 4, 0
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)
Values = NDArray[np.float64]
Classes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Head:
    """What is trained: a reading, its labels and the features that it is read from."""

    name: str
    labels: tuple[str, ...]
    features: tuple[str, ...]


HEADS = (
    Head("glasses", ("none", "glasses", "sunglasses"), ("pooled",)),
    Head("mask", ("none", "worn"), ("pooled", "block5", "block11")),
)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A linear layer: logits = values @ slopes + offsets."""

    slopes: Values
    offsets: Values

    def logits(self, values: Floats) -> Values:
        """Return n × k logits."""
        return np.asarray(values @ self.slopes + self.offsets)


def stack(faces: Faces, head: Head) -> Floats:
    """Return n × d inputs of the linear layer, as the net's first nodes make them."""
    return np.hstack(
        [
            unit_length(np.sqrt(rows)) if name == "pooled" else rows
            for name, rows in ((name, faces.features[name]) for name in head.features)
        ]
    )


def fit_layer(values: Floats, targets: Classes, *, classes: int, penalty: float) -> Layer:
    """Fit a softmax regression on standardised values in which all classes weigh the same."""
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-3
    scaled = (values - mean) / spread
    wanted = np.eye(classes)[targets]
    weights = (wanted / wanted.sum(axis=0) / classes).sum(axis=1, keepdims=True)

    def loss(flat: Values) -> tuple[float, Values]:
        slopes, offsets = flat[:-classes].reshape(-1, classes), flat[-classes:]
        logs = log_softmax(scaled @ slopes.astype(np.float32) + offsets, axis=1)
        excess = weights * (np.exp(logs) - wanted)
        gradient = scaled.T @ excess.astype(np.float32) + penalty * slopes
        value = penalty / 2 * (slopes**2).sum() - (weights * wanted * logs).sum()
        return float(value), np.concatenate([gradient.ravel(), excess.sum(axis=0)])

    start = np.zeros((values.shape[1] + 1) * classes)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    slopes = best[:-classes].reshape(-1, classes) / spread[:, None]
    return Layer(slopes=slopes, offsets=best[-classes:] - mean @ slopes)


def train(values: Floats, targets: Classes, groups: Classes, *, classes: int) -> Layer:
    """Choose penalty and temperature by cross validation, fit on everything, and temper."""
    folds = _deal(groups, FOLDS)

    def unseen_logits(penalty: float) -> Values:
        logits = np.zeros((len(targets), classes))
        for fold in range(FOLDS):
            seen = folds != fold
            layer = fit_layer(values[seen], targets[seen], classes=classes, penalty=penalty)
            logits[~seen] = layer.logits(values[~seen])
        return logits

    trials = {penalty: unseen_logits(penalty) for penalty in PENALTIES}
    heats = {penalty: _best_temperature(logits, targets) for penalty, logits in trials.items()}
    losses = {
        penalty: _loss(logits / heats[penalty], targets) for penalty, logits in trials.items()
    }
    penalty = min(losses, key=lambda one: losses[one])
    print(f"penalty {penalty}, temperature {heats[penalty]:.3f}, loss {losses[penalty]:.4f}")
    layer = fit_layer(values, targets, classes=classes, penalty=penalty)
    return Layer(slopes=layer.slopes / heats[penalty], offsets=layer.offsets / heats[penalty])


def build_head(head: Head, layer: Layer) -> onnx.ModelProto:
    """Return the net: the backbone's outputs in, n × k probabilities out."""
    spec = load_manifest().net("backbone")
    shapes = {one.name: one.type.tensor_type.shape for one in onnx.load(spec.path).graph.output}
    nodes: list[NodeProto] = []
    inputs = []
    for name in head.features:
        dimensions = [one.dim_value for one in shapes[spec.outputs[name]].dim[1:]]
        inputs.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *dimensions])
        )
        nodes += _feature_nodes(name, side=dimensions[-1])
    values = [f"{name}/values" for name in head.features]
    nodes.append(helper.make_node("Concat", values, ["values"], axis=1))
    nodes.append(helper.make_node("Gemm", ["values", "slopes", "offsets"], ["logits"]))
    nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
    shape = ["batch", len(head.labels)]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, shape)
    weights = [
        numpy_helper.from_array(layer.slopes.astype(np.float32), "slopes"),
        numpy_helper.from_array(layer.offsets.astype(np.float32), "offsets"),
    ]
    graph = helper.make_graph(nodes, head.name, inputs, [output], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def report(chances: Values, targets: Classes, labels: tuple[str, ...], *, title: str) -> None:
    """Print one line of a table: how often the likeliest label is right, and how sure it is."""
    right = chances.argmax(axis=1) == targets
    recalls = {
        label: float(right[targets == index].mean())
        for index, label in enumerate(labels)
        if np.any(targets == index)
    }
    counts = ", ".join(
        f"{label} {recalls[label]:.3f} ({np.count_nonzero(targets == labels.index(label))})"
        for label in recalls
    )
    balanced = np.mean(list(recalls.values()))
    print(
        f"| {title} | {len(targets)} | {right.mean():.4f} | {balanced:.4f} "
        f"| {_calibration_error(chances, right):.4f} | {counts} |"
    )


def _feature_nodes(name: str, *, side: int) -> list[NodeProto]:
    """Return the nodes that do what `stack` and `average` do."""
    if name in GRIDS:
        cell = [side // GRIDS[name]] * 2
        return [
            helper.make_node(
                "AveragePool", [name], [f"{name}/means"], kernel_shape=cell, strides=cell
            ),
            helper.make_node("Flatten", [f"{name}/means"], [f"{name}/values"]),
        ]
    return [
        helper.make_node("Sqrt", [name], [f"{name}/root"]),
        helper.make_node("LpNormalization", [f"{name}/root"], [f"{name}/values"], axis=1, p=2),
    ]


def _deal(groups: Classes, hands: int) -> Classes:
    """Give each face a number under `hands`, the same to all faces of a group."""
    _, numbers = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(SEED).permutation(numbers.max() + 1)
    return np.asarray(order[numbers] % hands, dtype=np.intp)


def _best_temperature(logits: Values, targets: Classes) -> float:
    found = minimize_scalar(
        lambda log: _loss(logits / np.exp(log), targets), bounds=(-3, 3), method="bounded"
    )
    return float(np.exp(found.x))


def _loss(logits: Values, targets: Classes) -> float:
    return float(-log_softmax(logits, axis=1)[np.arange(len(targets)), targets].mean())


def _calibration_error(chances: Values, right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten bins of confidence."""
    sure = chances.max(axis=1)
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(right[bins == one].sum() - sure[bins == one].sum()) for one in range(10)]
    return float(sum(gaps) / len(right))


def make_head(head: Head, faces: Faces) -> None:
    """Train a head, report on the faces held out, write the net."""
    given = {"glasses": faces.glasses, "mask": faces.mask}[head.name]
    meant = np.where(given == "incorrect", "worn", given)
    known = np.flatnonzero(meant)
    targets = np.array([head.labels.index(label) for label in meant[known]])
    values = stack(faces, head)[known]
    held = _deal(faces.group[known], HELD_OUT) == 0
    classes = len(head.labels)
    layer = train(values[~held], targets[~held], faces.group[known][~held], classes=classes)
    data = build_head(head, layer).SerializeToString(deterministic=True)
    path = MODELS_DIR / f"head_{head.name}.onnx"
    path.write_bytes(data)
    print(f"{path}: sha256 {hashlib.sha256(data).hexdigest()}, {len(data)} bytes")
    print("| held out | n | accuracy | balanced | ECE | recall (n) |\n|---|---|---|---|---|---|")
    chances, source = softmax(layer.logits(values), axis=1), faces.source[known]
    photo, wrongly = source == "masks: photo", given[known] == "incorrect"
    parts = {"all but drawn": held & (source != DRAWN)}
    parts |= {str(one): held & (source == one) for one in np.unique(source)}
    if photo.any():
        parts |= {"not photos": held & ~photo}
        parts |= {"worn incorrectly": held & wrongly}
        parts |= {"worn incorrectly, photos": held & wrongly & photo}
    for title, part in parts.items():
        if part.any():
            report(chances[part], targets[part], head.labels, title=title)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--faces", type=Path, help="where to keep the faces' features")
    options = parser.parse_args()
    if options.faces and options.faces.exists():
        faces = Faces.load(options.faces)
    else:
        faces = collect_faces(options.folder)
        if options.faces:
            faces.save(options.faces)
    for head in HEADS:
        make_head(head, faces)


if __name__ == "__main__":
    main()
