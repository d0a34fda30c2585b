"""The space in which heads are fitted: a library's main directions, the widest ones shrunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.custom_tags.logistic import Head, Vectors

# Further directions hold less than a hundredth of what embeddings differ by.
MOST_DIRECTIONS = 128
# In mean variances: a direction is shrunk where it varies much more than that.
SHRINKAGE = 10.0


@dataclass(frozen=True, slots=True)
class Space:
    """Linear coordinates of embeddings."""

    mean: Vectors
    axes: Vectors
    """d × k: coordinates are `(embedding - mean) @ axes`."""

    def place(self, embeddings: Vectors) -> Vectors:
        """Return n × k coordinates."""
        return np.asarray((embeddings - self.mean) @ self.axes)

    def lift(self, head: Head) -> Head:
        """Return the head on embeddings that scores as a head on coordinates does."""
        weights = self.axes @ head.weights
        return Head(weights, head.offset - float(self.mean @ weights))


def span_space(embeddings: Vectors) -> Space:
    """Return the space of n × d embeddings of faces, marked or not.

    People differ most in the widest directions. Shrinking those keeps a few examples from being
    told apart by who the people are.
    """
    mean = embeddings.mean(axis=0)
    rows = embeddings - mean
    variances, axes = np.linalg.eigh(rows.T @ rows / len(rows))
    typical = max(float(variances.sum()) / len(variances), 1e-12)
    widest = np.argsort(-variances, kind="stable")[:MOST_DIRECTIONS]
    widest = widest[variances[widest] > 1e-9 * typical]
    return Space(mean, axes[:, widest] / np.sqrt(variances[widest] / typical + SHRINKAGE))
