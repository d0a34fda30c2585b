"""Trains `head_hat.onnx`: none, hat (whatever is worn on the head)."""

from __future__ import annotations

from pathlib import Path

from covering_heads import CoveringHead, make_covering_head
from features import FeatureStore

HEAD = CoveringHead(name="hat", classes=("none", "hat"))


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    make_covering_head(HEAD, store, out)
