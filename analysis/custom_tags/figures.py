"""How good a tag is: rates on examples that were held out, with 95 % intervals. No Django."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from analysis.custom_tags.logistic import Marks, Vectors

Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure from 0 to 1 and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def balanced_accuracy(scores: Vectors, marks: Marks, *, groups: tuple[int, int]) -> Rate:
    """Return the mean of the rates of yes and no that are right; a score over 0 says yes.

    `groups` is how many independent examples of yes and of no there are: the interval is by those.
    It joins Wilson's intervals of the two rates (Newcombe), so it has a width even where all are
    right.
    """
    yes = _wilson(float((scores[marks] > 0).mean()), groups[0])
    no = _wilson(float((scores[~marks] <= 0).mean()), groups[1])
    value = (yes.value + no.value) / 2
    return Rate(
        value,
        max(0.0, value - sqrt((yes.value - yes.low) ** 2 + (no.value - no.low) ** 2) / 2),
        min(1.0, value + sqrt((yes.high - yes.value) ** 2 + (no.high - no.value) ** 2) / 2),
    )


def area_under_curve(scores: Vectors, marks: Marks, *, groups: tuple[int, int]) -> Rate:
    """Return the chance that a yes scores higher than a no; equal scores count a half.

    The interval takes the variance at its own ends (Newcombe 2006, method 5), so it has a width
    even where the two are parted without an error. `groups` as for `balanced_accuracy`.
    """
    no = np.sort(scores[~marks])
    yes = scores[marks]
    below = np.searchsorted(no, yes, side="left") + np.searchsorted(no, yes, side="right")
    value = float(below.mean()) / 2 / len(no)

    def distance(at: float) -> float:
        """How many standard errors the value is away, were `at` the truth."""
        more = sum(groups) / 2 - 1
        spread = 1 + more * (1 - at) / (2 - at) + more * at / (1 + at)
        variance = at * (1 - at) * spread / (groups[0] * groups[1])
        return abs(value - at) / sqrt(max(variance, 1e-18))

    return Rate(value, _edge(distance, value, 0.0), _edge(distance, value, 1.0))


def _wilson(rate: float, count: int) -> Rate:
    width = Z95**2 / count
    middle = (rate + width / 2) / (1 + width)
    reach = Z95 * sqrt(rate * (1 - rate) / count + width / (4 * count)) / (1 + width)
    return Rate(rate, max(0.0, middle - reach), min(1.0, middle + reach))


def _edge(distance: Callable[[float], float], inside: float, outside: float) -> float:
    """Return where a distance that grows outwards reaches Z95, by halving."""
    for _ in range(50):
        middle = (inside + outside) / 2
        if distance(middle) < Z95:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2
