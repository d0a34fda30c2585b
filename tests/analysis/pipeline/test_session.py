from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

from analysis.manifest import NetError, NetSpec
from analysis.pipeline.session import OrtSession

TINY = Path(__file__).resolve().parents[2] / "data" / "tiny_net.onnx"


@pytest.fixture
def spec() -> NetSpec:
    return NetSpec(
        name="tiny",
        role="head",
        path=TINY,
        sha256=hashlib.sha256(TINY.read_bytes()).hexdigest(),
        source="made for tests",
        licence="MIT",
        recipe="none",
        input=None,
        features=("image",),
        outputs={"double": "twice", "sum": "total"},
        readings=(),
    )


def test_outputs_come_by_the_names_of_the_manifest(spec: NetSpec) -> None:
    session = OrtSession(spec, threads=1, wanted=["double", "sum"])

    outputs = session.run({"image": np.ones((2, 4), dtype=np.float32)})

    assert outputs["double"].tolist() == [[2.0] * 4] * 2
    assert outputs["sum"].tolist() == [[4.0], [4.0]]


def test_outputs_that_nobody_wants_are_not_computed(spec: NetSpec) -> None:
    session = OrtSession(spec, threads=1, wanted=["sum"])

    assert set(session.run({"image": np.ones((1, 4), dtype=np.float32)})) == {"sum"}


def test_altered_file_is_not_loaded(spec: NetSpec) -> None:
    with pytest.raises(NetError, match="is not the one"):
        OrtSession(dataclasses.replace(spec, sha256="0" * 64), threads=1, wanted=["sum"])


def test_file_that_is_no_net_is_an_error(spec: NetSpec, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a net")
    digest = hashlib.sha256(b"not a net").hexdigest()

    with pytest.raises(NetError, match="cannot be loaded") as raised:
        OrtSession(dataclasses.replace(spec, path=path, sha256=digest), threads=1, wanted=["sum"])

    assert raised.value.code == "net_invalid"


def test_output_that_the_net_lacks_is_an_error(spec: NetSpec) -> None:
    with pytest.raises(NetError, match="no output absent"):
        OrtSession(dataclasses.replace(spec, outputs={"sum": "absent"}), threads=1, wanted=["sum"])


def test_wanted_output_that_is_not_declared_is_an_error(spec: NetSpec) -> None:
    with pytest.raises(NetError, match="no output map"):
        OrtSession(spec, threads=1, wanted=["map"])
