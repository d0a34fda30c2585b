"""Figures of how right readings are, each with a 95 % interval. Numpy only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]

Z_95 = 1.959964
ROUNDS = 1000
SEED = 20
BINS = 15


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval, which always includes it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The faces whose top probability is over `low` and at most `high`."""

    low: float
    high: float
    n: int
    confidence: float | None
    """The mean of their top probabilities; None without faces."""
    accuracy: Estimate | None


def share(hits: int, total: int) -> Estimate | None:
    """Return a share with Wilson's interval; None of nothing."""
    if not total:
        return None
    value = hits / total
    spread = Z_95**2 / total
    centre = (value + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * float(np.sqrt(value * (1 - value) / total + spread / total / 4))
    return Estimate(value, min(value, max(0.0, centre - half)), max(value, min(1.0, centre + half)))


def bootstrap(
    statistic: Callable[[Indices], float],
    count: int,
    *,
    lowest: float = -np.inf,
    highest: float = np.inf,
) -> Estimate | None:
    """Return a statistic of `count` rows with the interval of its values on redrawn rows.

    The statistic gets the numbers of the rows. The mean of the redrawn values is moved to the
    statistic itself, because some, such as a calibration error, only grow by redrawing. The seed is
    fixed: the same rows give the same interval. None where the statistic is not a number.
    """
    value = statistic(np.arange(count)) if count else np.nan
    if not np.isfinite(value):
        return None
    random = np.random.default_rng(SEED)
    drawn = np.array([statistic(random.integers(0, count, count)) for _ in range(ROUNDS)])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Estimate(float(value), float(value), float(value))
    low, high = np.percentile(drawn - drawn.mean() + value, [2.5, 97.5])
    return Estimate(
        float(value), float(min(value, max(lowest, low))), float(max(value, min(highest, high)))
    )


def mean(values: Values) -> Estimate | None:
    """Return the mean of values with a bootstrapped interval; None without values."""
    return bootstrap(lambda rows: float(values[rows].mean()), len(values))


def balanced_accuracy(truth: Indices, right: NDArray[np.bool_]) -> Estimate | None:
    """Return the mean of the shares that are right of each truth that occurs."""
    kinds = int(truth.max()) + 1 if len(truth) else 0

    def statistic(rows: Indices) -> float:
        counts = np.bincount(truth[rows], minlength=kinds)
        hits = np.bincount(truth[rows], weights=right[rows], minlength=kinds)
        return float((hits[counts > 0] / counts[counts > 0]).mean())

    return bootstrap(statistic, len(truth), lowest=0.0, highest=1.0)


def auc(scores: Values, positive: NDArray[np.bool_]) -> Estimate | None:
    """Return how often a positive row scores higher than a negative one; ties count half.

    None unless there are rows of both kinds.
    """
    # Equal scores have the same rank, so ranks are found once and redrawn as small integers.
    levels, ranks = np.unique(scores, return_inverse=True)

    def statistic(rows: Indices) -> float:
        chosen, rank = positive[rows], ranks[rows]
        above = np.bincount(rank[chosen], minlength=len(levels))
        below = np.bincount(rank[~chosen], minlength=len(levels))
        pairs = float(above.sum()) * float(below.sum())
        if not pairs:
            return float("nan")
        lower = np.cumsum(below) - below
        return float((above * (lower + below / 2)).sum() / pairs)

    return bootstrap(statistic, len(scores), lowest=0.0, highest=1.0)


def calibration_error(confidence: Values, right: NDArray[np.bool_]) -> Estimate | None:
    """Return the mean distance of confidence and accuracy over BINS bins, weighted by rows."""
    bins = _bins(confidence)

    def statistic(rows: Indices) -> float:
        gaps = np.bincount(bins[rows], weights=confidence[rows] - right[rows], minlength=BINS)
        return float(np.abs(gaps).sum() / len(rows))

    return bootstrap(statistic, len(confidence), lowest=0.0, highest=1.0)


def reliability(confidence: Values, right: NDArray[np.bool_]) -> tuple[ReliabilityBin, ...]:
    """Return BINS bins of equal width from 0 to 1."""
    bins = _bins(confidence)
    found = []
    for number in range(BINS):
        inside = bins == number
        n = int(inside.sum())
        found.append(
            ReliabilityBin(
                low=number / BINS,
                high=(number + 1) / BINS,
                n=n,
                confidence=float(confidence[inside].mean()) if n else None,
                accuracy=share(int(right[inside].sum()), n),
            )
        )
    return tuple(found)


def pearson(said: Values, truth: Values) -> Estimate | None:
    """Return the correlation; None for fewer than three rows or where one side never changes."""
    if len(said) < 3:
        return None

    def statistic(rows: Indices) -> float:
        one, other = said[rows] - said[rows].mean(), truth[rows] - truth[rows].mean()
        scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
        return float((one * other).sum() / scale) if scale else float("nan")

    return bootstrap(statistic, len(said), lowest=-1.0, highest=1.0)


def _bins(confidence: Values) -> Indices:
    return np.clip(np.ceil(confidence * BINS).astype(np.intp) - 1, 0, BINS - 1)
