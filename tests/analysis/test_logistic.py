from __future__ import annotations

import math

import pytest

from analysis.logistic import Logistic


def test_the_border_is_where_the_line_is_zero():
    assert Logistic(slope=10, offset=-3).chance(0.3) == pytest.approx(0.5)


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.3, 0.36, 1.0])
def test_the_inverse_leads_back(value):
    curve = Logistic(slope=34.3, offset=-11.4)

    assert curve.inverse(curve.chance(value)) == pytest.approx(value, abs=1e-6)


def test_certainty_is_never_reached():
    curve = Logistic(slope=34.3, offset=-11.4)

    assert curve.inverse(1) == math.inf
    assert curve.inverse(0) == -math.inf


def test_very_small_odds_do_not_overflow():
    assert Logistic(slope=10_000, offset=0).chance(-1) == 0.0
    assert Logistic(slope=10_000, offset=0).chance(1) == 1.0


@pytest.mark.parametrize(("slope", "offset"), [(0, 1), (-1, 0), (math.nan, 0), (1, math.inf)])
def test_a_curve_that_does_not_rise_is_refused(slope, offset):
    with pytest.raises(ValueError, match="logistic"):
        Logistic(slope=slope, offset=offset)
