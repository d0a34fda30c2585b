from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.manifest import NetError, NetSpec, ReadingSpec
from analysis.pipeline.heads import Heads


def spec(name: str, role: str, *readings: ReadingSpec) -> NetSpec:
    return NetSpec(
        name=name,
        role=role,
        path=Path("unused.onnx"),
        sha256="0" * 64,
        source="",
        licence="",
        recipe="",
        input=None,
        features=("pooled",) if role == "head" else (),
        outputs={},
        readings=readings,
    )


AGE = ReadingSpec(name="age", output="age", decoder="number", labels=(), topic="age")
HAT = ReadingSpec(
    name="hat", output="worn", decoder="probabilities", labels=("none", "hat"), topic="hat"
)
FEATURES = {
    "pooled": np.ones((2, 4), dtype=np.float32),
    "age": np.array([[30.0], [31.0]], dtype=np.float32),
}


def test_backbone_and_heads_read_every_face(fake_session: Any) -> None:
    session = fake_session(worn=np.array([[0.75, 0.25], [0.0, 1.0]], dtype=np.float32))
    heads = Heads(spec("backbone", "backbone", AGE), [(session, spec("hat", "head", HAT))])

    assert heads.read(FEATURES) == [
        {"age": 30.0, "hat": {"none": 0.75, "hat": 0.25}},
        {"age": 31.0, "hat": {"none": 0.0, "hat": 1.0}},
    ]


def test_head_is_fed_with_its_features_only(fake_session: Any) -> None:
    session = fake_session(worn=np.ones((2, 2), dtype=np.float32))

    Heads(spec("backbone", "backbone"), [(session, spec("hat", "head", HAT))]).read(FEATURES)

    assert list(session.feeds[0]) == ["pooled"]


def test_unknown_decoder_is_named() -> None:
    strange = ReadingSpec(name="age", output="age", decoder="guess", labels=(), topic="age")

    with pytest.raises(NetError, match="'guess'"):
        Heads(spec("backbone", "backbone", strange), [])
