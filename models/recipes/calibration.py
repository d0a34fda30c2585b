"""Makes probabilities honest on tune, and measures how honest they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
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


def fit_platt(
    logits: NDArray[np.float32], targets: NDArray[np.intp], *, prior: float = 1e-3
) -> tuple[float, Values]:
    """Return the slope and the offset of each class with the least loss on n × k logits.

    `prior` keeps the offsets small where few faces say otherwise.
    """
    classes = logits.shape[1]

    def loss(flat: Values) -> float:
        logs = log_softmax(np.exp(flat[0]) * logits + flat[1:], axis=1)
        return float(-logs[np.arange(len(targets)), targets].mean() + prior * (flat[1:] ** 2).sum())

    best = minimize(loss, np.zeros(classes + 1), method="L-BFGS-B").x
    return float(np.exp(best[0])), best[1:]


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
