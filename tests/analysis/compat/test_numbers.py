from __future__ import annotations

import json
import math

import numpy as np
import pytest

from analysis.compat.numbers import vendor_number, vendor_numbers, whole


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (100.0, "100"),
        (98.3, "98.3"),
        (96.414, "96.41"),
        (96.416, "96.42"),
        (99.999, "100"),
        (-3.3, "-3.3"),
        (-0.001, "0"),
        (0.0, "0"),
        (np.float32(11.85), "11.85"),
    ],
)
def test_a_number_has_two_decimals_at_most(value, written):
    assert json.dumps(vendor_number(value)) == written


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(ValueError, match="JSON"):
        vendor_number(value)


def test_points_become_one_flat_list():
    points = np.array([[1.0, 2.5], [3.25, 4.0]], np.float32)

    assert vendor_numbers(points) == [1, 2.5, 3.25, 4]


@pytest.mark.parametrize(("value", "expected"), [(38.5, 39), (38.4, 38), (-1, 0), (104.2, 100)])
def test_a_whole_number_is_rounded_and_kept_in_range(value, expected):
    assert whole(value, lowest=0, highest=100) == expected
