from __future__ import annotations

from analysis.evaluation.figures import Estimate
from analysis.evaluation.wording import fraction, number, percent


def test_shares_are_written_in_percent():
    assert percent(Estimate(0.975, 0.961, 0.984)) == "97.5 % (96.1–98.4)"


def test_fractions_are_written_without_the_zero():
    assert fraction(Estimate(0.013, 0.009, 0.02)) == ".013 (.009–.020)"


def test_an_interval_below_zero_is_written_with_a_word():
    assert number(Estimate(-6.0, -8.25, -4.0)) == "−6.00 (−8.25 to −4.00)"


def test_what_was_not_measured_is_a_dash():
    assert (percent(None), fraction(None), number(None)) == ("–", "–", "–")
