"""Trains `head_smile.onnx`: none, smile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from class_heads import ClassHead, judge_by_archive, make_class_head
from dual_net import DualShape
from features import FeatureStore
from head_data import HeadData, balanced_weights
from head_inputs import HeadInputs
from numpy.typing import NDArray
from training import Plan

HEAD = ClassHead(
    name="smile",
    classes=("none", "smile"),
    archives=("lfw_attributes", "utk"),
    inputs=HeadInputs((("block11", 2), ("block5", 2))),
    shape=DualShape(hidden=32),
    plan=Plan(epochs=30, rate=2e-3, decay=0.1, mixup=0.2),
)


def weigh(
    data: HeadData, allowed: NDArray[np.bool_], rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Balance the classes of each set a little."""
    kinds = allowed.argmax(axis=1) + 2 * (data.archive == HEAD.archives[0])
    return balanced_weights(kinds, rows, power=0.3)


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    judge = judge_by_archive(HEAD.name, HEAD.classes)
    make_class_head(HEAD, store, out, weigh=weigh, judge=judge)
