"""Trains `head_ethnicity.onnx`: six classes from two sets that name them differently.

UTKFace's "other" stands for two classes, of which nobody said which. The people of `lfw_regions`
are few and weigh more.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from class_heads import ClassHead, allowed_classes, make_class_head
from features import FeatureStore
from head_data import HeadData, balanced_weights
from head_inputs import HeadInputs
from numpy.typing import NDArray
from scores import ClassScore, score_classes
from training import Plan

from analysis.pipeline.types import Floats

HEAD = ClassHead(
    name="ethnicity",
    classes=("asian", "indian", "black", "white", "middle_eastern", "latino_hispanic"),
    archives=("utk", "lfw_regions"),
    inputs=HeadInputs((("block11", 2), ("block5", 2))),
    plan=Plan(epochs=25, rate=2e-3, decay=0.1, mixup=0.2),
    smoothing=0.02,
)
# UTKFace's classes: the last is one of our last two.
FOLDED = (*HEAD.classes[:4], "other")
SET_WEIGHTS = {"utk": 1.0, "lfw_regions": 2.0}


def weigh(
    data: HeadData, allowed: NDArray[np.bool_], rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Balance the classes of each set, then the sets."""
    first, last = allowed.argmax(axis=1), allowed[:, ::-1].argmax(axis=1)
    partial = len(HEAD.classes)
    classes = np.where(first + last == partial - 1, first, partial)
    weights = np.zeros(len(classes), dtype=np.float32)
    for archive, weight in SET_WEIGHTS.items():
        mine = data.archive == archive
        own = balanced_weights(classes, rows[mine[rows]], power=0.4)
        weights[mine] = own[mine] * weight
    return weights


def judge(data: HeadData, rows: NDArray[np.intp], chances: Floats) -> list[ClassScore]:
    """Score UTKFace with its five classes, the other set with six: by picture and by person."""
    labels = data.labels("ethnicity")[rows]
    allowed = allowed_classes(labels, HEAD.classes).argmax(axis=1)
    utk = data.archive[rows] == "utk"
    folded = np.hstack([chances[:, :4], chances[:, 4:].sum(axis=1, keepdims=True)])
    scores = [
        score_classes("utk, 5 classes", folded[utk], np.minimum(allowed[utk], 4), FOLDED),
        score_classes("lfw_regions", chances[~utk], allowed[~utk], HEAD.classes),
    ]
    people = np.array([data.samples[row].person for row in rows[~utk]])
    names, owners = np.unique(people, return_inverse=True)
    means = np.stack([chances[~utk][owners == one].mean(axis=0) for one in range(len(names))])
    classes = np.array([allowed[~utk][owners == one][0] for one in range(len(names))])
    scores.append(score_classes("lfw_regions, by person", means, classes, HEAD.classes))
    return scores


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    make_class_head(HEAD, store, out, weigh=weigh, judge=judge)
