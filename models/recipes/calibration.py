"""Makes probabilities honest on tune, and measures how honest they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

Values = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram: faces of like confidence."""

    count: int
    confidence: float
    accuracy: float


def fit_temperature(loss: Callable[[float], float]) -> float:
    """Return the temperature, 1/20 to 20, with the least loss."""
    found = minimize_scalar(lambda log: loss(float(np.exp(log))), bounds=(-3, 3), method="bounded")
    return float(np.exp(found.x))


def best_temperature(logits: NDArray[np.float32], targets: NDArray[np.intp]) -> float:
    """Return the temperature at which the right classes of n × k logits are likeliest."""

    def loss(temperature: float) -> float:
        logs = log_softmax(logits / temperature, axis=1)
        return float(-logs[np.arange(len(targets)), targets].mean())

    return fit_temperature(loss)


def reliability(chances: Values, right: NDArray[np.bool_]) -> list[Bin]:
    """Return the bins of confidence that hold faces; `chances` is that of each face's answer."""
    numbers = np.minimum((chances * BINS).astype(int), BINS - 1)
    return [
        Bin(
            count=int((numbers == number).sum()),
            confidence=float(chances[numbers == number].mean()),
            accuracy=float(right[numbers == number].mean()),
        )
        for number in np.unique(numbers)
    ]


def calibration_error(bins: list[Bin]) -> float:
    """Return the expected calibration error, 0 to 1."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / max(total, 1)
