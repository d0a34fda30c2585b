from __future__ import annotations

from analysis.evaluation.markdown import render_report
from tests.analysis.evaluation.samples import made_report


def test_each_reading_has_its_tables():
    text = render_report(made_report(), plots=[])

    assert "| all | 3 | 66.7 % (" in text
    assert "| female | 1 | 100.0 % (" in text
    assert "| street | 1 | 100.0 % (" in text
    assert "| gender | 0.7 | 33.3 % (" in text
    assert "| all | 2 | 3.00 (" in text


def test_groups_are_marked_where_there_are_few():
    text = render_report(made_report(), plots=[])

    assert "| male | 2\\* | 50.0 % (" in text
    assert "fewer than 10 faces" in text
    assert "**By ethnicity**\n\nNo face has such a label." in text


def test_pictures_without_a_face_are_named():
    text = render_report(made_report(), plots=[])

    assert "3 of 4 labelled faces in 4 pictures" in text
    assert "Pictures without a face: 1 (faces/b.png)" in text


def test_plots_that_exist_are_shown():
    text = render_report(made_report(), plots=["confusion_gender.png"])

    assert "](confusion_gender.png)" in text
    assert "reliability_gender.png" not in text
