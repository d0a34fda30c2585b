"""Trains `head_glasses.onnx`: none, glasses, sunglasses."""

from __future__ import annotations

from pathlib import Path

from covering_heads import CoveringHead, make_covering_head
from features import FeatureStore

HEAD = CoveringHead(name="glasses", classes=("none", "glasses", "sunglasses"))


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    make_covering_head(HEAD, store, out)
