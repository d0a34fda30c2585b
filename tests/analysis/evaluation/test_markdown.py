from __future__ import annotations

from analysis.evaluation.figures import Estimate
from analysis.evaluation.markdown import fraction, headline, number, percent, render_report
from tests.analysis.evaluation.samples import made_report


def test_figures_are_written_with_their_intervals():
    assert percent(Estimate(0.975, 0.961, 0.984)) == "97.5 % (96.1–98.4)"
    assert fraction(Estimate(0.013, 0.009, 0.02)) == ".013 (.009–.020)"
    assert number(Estimate(-6.0, -8.25, -4.0)) == "−6.00 (−8.25 to −4.00)"
    assert percent(None) == "–"


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
    assert "By ethnicity: no face has such a label." in text


def test_pictures_without_a_face_are_named():
    text = render_report(made_report(), plots=[])

    assert "3 of 4 labelled faces in 4 pictures" in text
    assert "Pictures without a face: 1 (faces/b.png)" in text


def test_plots_that_exist_are_shown():
    text = render_report(made_report(), plots=["confusion_gender.png"])

    assert "](confusion_gender.png)" in text
    assert "reliability_gender.png" not in text


def test_the_headline_is_the_figure_that_says_most():
    gender, age = made_report().readings

    assert headline(gender).startswith("accuracy 66.7 %")
    assert headline(age).startswith("mean error 3.00")
