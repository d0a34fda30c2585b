"""Trains `head_mask.onnx`: none, worn, incorrect (nose or mouth bare)."""

from __future__ import annotations

from pathlib import Path

from covering_heads import CoveringHead, make_covering_head
from features import FeatureStore

HEAD = CoveringHead(name="mask", classes=("none", "worn", "incorrect"))


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    make_covering_head(HEAD, store, out)
