"""Numbers for the values that people write, such as names, so that parts can be added up as arrays.

One number stands for one value as long as the process lives.
"""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from search.index import Codes

_numbers: dict[str, int] = {}
_values: list[str] = []
_lock = Lock()


def number_values(codes: Codes) -> NDArray[np.int32]:
    """Return the number of each value of some codes, in their order."""
    known = _numbers
    numbers = [known.get(value, -1) for value in codes.values]
    if -1 in numbers:
        with _lock:
            for value in codes.values:
                if value not in _numbers:
                    _values.append(value)
                    _numbers[value] = len(_values) - 1
        numbers = [known[value] for value in codes.values]
    return np.array(numbers, dtype=np.int32)


def value_count() -> int:
    """Return how many values have a number."""
    return len(_values)


def values_of(numbers: NDArray[np.integer]) -> list[str]:
    return [_values[number] for number in numbers.tolist()]


def find_number(value: str) -> int | None:
    return _numbers.get(value)
