"""Logistic heads, fitted by Newton's method. numpy only, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float64]
Marks: TypeAlias = NDArray[np.bool_]

MOST_STEPS = 50
TOLERANCE = 1e-7
# Of calibrated scores with unit spread: with less they tell nothing.
LEAST_SLOPE = 0.05


@dataclass(frozen=True, slots=True)
class Head:
    """A linear score, `vector · weights + offset`, whose logistic is the probability of yes."""

    weights: Vectors
    offset: float

    def score(self, vectors: Vectors) -> Vectors:
        """Return n scores of n × d vectors; more than 0 means yes."""
        return np.asarray(vectors @ self.weights + self.offset)

    def rescaled(self, *, slope: float, offset: float) -> Head:
        """Return the head whose score is `slope * score + offset`."""
        return Head(self.weights * slope, self.offset * slope + offset)


def probability(scores: Vectors) -> Vectors:
    """Return the logistic of scores without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * scores)))


def balanced_weights(marks: Marks) -> Vectors:
    """Return a weight for each example: yes and no weigh the same, and all together 1."""
    return np.where(marks, 0.5 / max(1, marks.sum()), 0.5 / max(1, (~marks).sum()))


def fit_head(vectors: Vectors, targets: Vectors, *, weights: Vectors, penalty: float) -> Head:
    """Return the head with the least weighted mean loss + penalty/2 · |head's weights|².

    `targets` are the probabilities that are wanted, `weights` say how much each counts. The loss is
    convex, so there is one such head; without a penalty it exists only where targets are not all 0
    and 1.
    """
    inputs = np.column_stack([vectors, np.ones(len(vectors))])
    # The offset is free.
    penalties = np.append(np.full(vectors.shape[1], penalty), 0.0)
    weights = weights / weights.sum()

    def loss(at: Vectors) -> float:
        scores = inputs @ at
        losses = np.logaddexp(0.0, scores) - targets * scores
        return float(weights @ losses + 0.5 * penalties @ (at * at))

    at = np.zeros(inputs.shape[1])
    now = loss(at)
    for _ in range(MOST_STEPS):
        chances = probability(inputs @ at)
        slope = inputs.T @ (weights * (chances - targets)) + penalties * at
        curvature = (inputs * (weights * chances * (1 - chances))[:, None]).T @ inputs
        curvature[np.diag_indices_from(curvature)] += penalties + 1e-12
        step = np.linalg.solve(curvature, slope)
        # Far away from the end a whole step may lead too far.
        while (then := loss(at - step)) > now and float(np.abs(step).max()) > 1e-12:
            step /= 2
        if then >= now:
            break
        at, gain, now = at - step, now - then, then
        if gain < TOLERANCE * now:
            break
    return Head(at[:-1], float(at[-1]))


def fit_calibration(scores: Vectors, marks: Marks) -> Head:
    """Return the head on scores alone that makes them probabilities (Platt).

    Yes and no weigh the same. The targets are Platt's, a little inside 0 and 1, so that examples
    that are parted without an error do not make every score certain. A higher score never means
    a lower probability: where scores say nothing, or the wrong, all probabilities are about ½.
    """
    yes, no = int(marks.sum()), int((~marks).sum())
    targets = np.where(marks, (yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0))
    # Unit spread, for the numbers' sake.
    spread = float(scores.std()) or 1.0
    head = fit_head(
        scores[:, None] / spread, targets, weights=balanced_weights(marks), penalty=1e-6
    )
    if head.weights[0] <= LEAST_SLOPE:
        return Head(np.array([LEAST_SLOPE / spread]), 0.0)
    return Head(head.weights / spread, head.offset)


def log_losses(chances: Vectors, marks: Marks) -> Vectors:
    """Return each mark's negative log-likelihood, weighted so that yes and no weigh the same."""
    right = np.clip(np.where(marks, chances, 1.0 - chances), 1e-12, 1.0)
    return np.asarray(-balanced_weights(marks) * np.log(right))
