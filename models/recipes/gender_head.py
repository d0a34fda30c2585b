"""Trains `head_gender.onnx`: female, male. Children weigh like adults, babies less."""

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
    name="gender",
    classes=("female", "male"),
    archives=("utk",),
    inputs=HeadInputs((("block11", 2), ("block5", 2))),
    plan=Plan(epochs=20, rate=2e-3, decay=0.1, mixup=0.2),
    smoothing=0.02,
)
ADULT_YEARS = 18
SPANS = ((0, 4), (5, 12), (13, 17), (18, 34), (35, 54), (55, 69), (70, 200))


def weigh(
    data: HeadData, allowed: NDArray[np.bool_], rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Balance women and men within each span of ages."""
    ages = data.labels("age").astype(np.float32)
    span = np.searchsorted([first for first, _ in SPANS], ages, side="right") - 1
    return balanced_weights(span * 2 + allowed.argmax(axis=1), rows, power=0.3)


def judge(data: HeadData, rows: NDArray[np.intp], chances: Floats) -> list[ClassScore]:
    """Score all faces, adults, and each span of ages."""
    numbers = allowed_classes(data.labels("gender")[rows], HEAD.classes).argmax(axis=1)
    ages = data.labels("age")[rows].astype(np.float32)
    parts = {"all": ages >= 0, f"from {ADULT_YEARS}": ages >= ADULT_YEARS}
    parts |= {f"{first}–{last}": (ages >= first) & (ages <= last) for first, last in SPANS}
    return [
        score_classes(title, chances[part], numbers[part], HEAD.classes)
        for title, part in parts.items()
        if part.any()
    ]


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    make_class_head(HEAD, store, out, weigh=weigh, judge=judge)
