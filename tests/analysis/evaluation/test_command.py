from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analysis.evaluation.report import read_accuracy, read_report
from analysis.manifest import MODELS_DIR


@pytest.fixture
def models_dir(settings, tmp_path: Path) -> Path:
    """A folder with the real manifest, to write figures to."""
    folder = tmp_path / "nets"
    folder.mkdir()
    shutil.copy(MODELS_DIR / "manifest.toml", folder)
    settings.DAM_MODELS_DIR = folder
    return folder


def evaluate(folder: Path, report: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("evaluate_nets", str(folder), "--report", str(report), *options, stdout=out)
    return out.getvalue()


def test_it_writes_the_report(labelled_folder, tmp_path, fake_pipeline):
    folder = labelled_folder("file,age,gender", "a.png,30,male", "b.png,40,female")

    said = evaluate(folder, tmp_path / "out")

    report = read_report(tmp_path / "out/report.json")
    assert {"age", "gender"} <= {one.reading for one in report.readings}
    assert report.pictures.measured_faces == 2
    assert "2 of 2 labelled faces measured" in said
    assert "## gender" in (tmp_path / "out/report.md").read_text()
    assert (tmp_path / "out/confusion_gender.png").exists()


def test_it_goes_on_where_it_was_interrupted(labelled_folder, tmp_path, fake_pipeline):
    folder = labelled_folder("file,gender", "a.png,male", "b.png,female")
    evaluate(folder, tmp_path / "out")

    evaluate(folder, tmp_path / "out")

    assert fake_pipeline.pictures == 2


def test_wrong_labels_are_told_before_any_picture(labelled_folder, tmp_path, fake_pipeline):
    folder = labelled_folder("file,gender", "a.png,lady", "c.png,male")

    with pytest.raises(CommandError) as raised:
        evaluate(folder, tmp_path / "out")

    assert "line 2" in str(raised.value)
    assert "line 3" in str(raised.value)
    assert fake_pipeline.pictures == 0


def test_figures_are_published_only_when_asked(
    models_dir, labelled_folder, tmp_path, fake_pipeline
):
    folder = labelled_folder("file,gender", "a.png,male", "b.png,female")

    evaluate(folder, tmp_path / "out")
    before = read_accuracy(models_dir).readings
    evaluate(folder, tmp_path / "out", "--accuracy")

    assert before == ()
    assert [one.reading for one in read_accuracy(models_dir).readings] == ["gender"]


def test_readings_that_are_off_are_not_measured(settings, labelled_folder, tmp_path, fake_pipeline):
    settings.DAM_READINGS_OFF = ["gender"]
    folder = labelled_folder("file,gender,age", "a.png,male,30")

    evaluate(folder, tmp_path / "out")

    report = read_report(tmp_path / "out/report.json")
    assert "gender" not in {one.reading for one in report.readings}
    assert "age" in {one.reading for one in report.readings}
