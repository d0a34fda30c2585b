"""Trains `head_hat.onnx`: none, hat (whatever is worn on the head)."""

from __future__ import annotations

from pathlib import Path

from covering_heads import CoveringHead, make_covering_head
from features import FeatureStore
from training import Plan

# Hats are few: more has to be hidden, or the net learns them by heart.
HEAD = CoveringHead(
    name="hat",
    classes=("none", "hat"),
    plan=Plan(epochs=12, batch=128, rate=2e-3, decay=0.1, mixup=0.4),
    hide=(0.2, 0.4, 0.5),
    seeds=3,
)


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    make_covering_head(HEAD, store, out)
