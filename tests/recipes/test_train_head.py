from __future__ import annotations

import sys

import pytest

from analysis.manifest import MODELS_DIR

RECIPES = MODELS_DIR / "recipes"


def test_every_head_of_the_manifest_can_be_trained() -> None:
    pytest.importorskip("torch")
    sys.path.append(str(RECIPES))
    from train_head import head_names

    assert {path.stem.removeprefix("head_") for path in MODELS_DIR.glob("head_*.onnx")} == {
        *head_names()
    }
