"""Lets `train_head.py` train `head_emotion.onnx` like the other heads."""

from __future__ import annotations

from pathlib import Path

from features import FeatureStore
from train_emotion import make_emotion_head


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    make_emotion_head(store.folder, work=store.work, out=out)
