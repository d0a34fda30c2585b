from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis.checks import check_nets, check_readings_off, nets_are_there
from analysis.manifest import MODELS_DIR
from dam.health import NotReady


@pytest.fixture
def models_dir(settings, tmp_path: Path) -> Path:
    """A folder with the real manifest and empty files in place of the nets."""
    shutil.copy(MODELS_DIR / "manifest.toml", tmp_path)
    for path in MODELS_DIR.glob("*.onnx"):
        (tmp_path / path.name).touch()
    settings.DAM_MODELS_DIR = tmp_path
    return tmp_path


def test_complete_nets_are_no_problem(models_dir):
    assert check_nets() == []
    nets_are_there()


def test_a_missing_manifest_is_an_error(models_dir):
    (models_dir / "manifest.toml").unlink()

    (message,) = check_nets()

    assert message.id == "analysis.E001"
    assert str(models_dir / "manifest.toml") in message.msg


def test_a_manifest_that_cannot_be_understood_is_an_error(models_dir):
    (models_dir / "manifest.toml").write_text("revision = ")

    assert [message.id for message in check_nets()] == ["analysis.E001"]


def test_a_missing_net_is_an_error_with_a_way_out(models_dir):
    (models_dir / "detector.onnx").unlink()

    (message,) = check_nets()

    assert message.id == "analysis.E002"
    assert "detector.onnx" in message.msg
    assert "models/recipes/convert_detector.py" in message.hint


def test_the_service_is_not_ready_without_its_nets(models_dir):
    (models_dir / "detector.onnx").unlink()

    with pytest.raises(NotReady):
        nets_are_there()


def test_a_topic_that_no_net_reads_cannot_be_off(settings):
    settings.DAM_READINGS_OFF = ["gender", "gendr"]

    (message,) = check_readings_off()

    assert message.id == "analysis.E003"
    assert "'gendr'" in message.msg
    assert "gender" in message.hint


def test_topics_of_the_nets_can_be_off(settings):
    settings.DAM_READINGS_OFF = ["gender", "age"]

    assert check_readings_off() == []
