"""How vendors write numbers: two decimals at most, whole numbers without a point."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

DECIMALS = 2


def vendor_number(value: float) -> int | float:
    """Round to two decimals; a whole number becomes an int, so that JSON has no `.0`.

    There is no minus zero. Raises ValueError for what is not finite: JSON has no word for it.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written as JSON")
    rounded = round(float(value), DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def vendor_numbers(values: ArrayLike | Iterable[float]) -> list[int | float]:
    """Return all of them as one flat list, row after row."""
    return [vendor_number(value) for value in np.asarray(values, float).reshape(-1).tolist()]


def whole(value: float, *, lowest: int, highest: int) -> int:
    """Round half up, and keep within both limits."""
    return min(max(math.floor(value + 0.5), lowest), highest)
