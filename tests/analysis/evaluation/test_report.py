from __future__ import annotations

import json

import pytest

from analysis.evaluation.report import (
    NOTHING_MEASURED,
    AccuracyInvalid,
    read_accuracy,
    read_report,
    write_accuracy,
    write_report,
)
from tests.analysis.evaluation.samples import made_report, sample


def test_a_written_report_is_read_as_it_was(tmp_path):
    path = tmp_path / "report.json"
    write_report(made_report(), path)
    once = read_report(path)
    write_report(once, path)

    assert read_report(path) == once
    assert once.readings[0].classes.confusion == made_report().readings[0].classes.confusion
    assert once.pictures == made_report().pictures


def test_the_shape_is_the_documented_one(tmp_path):
    path = tmp_path / "report.json"
    write_report(made_report(), path)

    values = json.loads(path.read_text())

    assert list(values) == [
        "format",
        "pipeline_version",
        "measured_on",
        "folders",
        "pictures",
        "readings",
    ]
    assert list(values["readings"][0]["classes"]) == [
        "n",
        "accuracy",
        "balanced_accuracy",
        "auc",
        "calibration_error",
        "classes",
        "confusion",
        "reliability",
        "sure",
    ]
    assert list(values["readings"][1]["number"]) == ["n", "mae", "bias", "pearson", "near"]


def test_without_the_file_nothing_is_measured(tmp_path):
    assert read_accuracy(tmp_path) == NOTHING_MEASURED


def test_figures_of_other_readings_stay(tmp_path):
    write_accuracy(made_report(), tmp_path)
    age_only = made_report([sample({"age": 30.0}, age=30.0)] * 5)

    write_accuracy(age_only, tmp_path)

    accuracy = read_accuracy(tmp_path)
    assert accuracy.find("age").n == 5
    assert accuracy.find("gender").n == 3
    assert accuracy.find("beauty") is None


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"format": 1}', '{"format": 1, "readings": [{"reading": "age"}]}']
)
def test_figures_that_cannot_be_read_say_so(tmp_path, text):
    (tmp_path / "accuracy.json").write_text(text)

    with pytest.raises(AccuracyInvalid, match="evaluate_nets"):
        read_accuracy(tmp_path)


def test_figures_of_another_format_are_refused(tmp_path):
    (tmp_path / "accuracy.json").write_text('{"format": 99, "readings": []}')

    with pytest.raises(AccuracyInvalid, match="format 99"):
        read_accuracy(tmp_path)
