"""What is looked for: a direction among embeddings, made of one or more examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.models import EMBEDDING_DIMENSIONS
from dam.errors import DamError
from search.index import sketch

# How much the unwanted examples count beside the wanted ones (Rocchio, "Relevance feedback in
# information retrieval", 1971). As measured (docs/nets.md): with 0.15 more look-alikes stay ahead,
# with 0.5 more strangers come first.
UNWANTED_WEIGHT = 0.25
_SHORTEST = 1e-6

Embedding = NDArray[np.float32]


class OddEmbedding(DamError):
    """What was given is no embedding that anything can be compared with."""

    code = "invalid_embedding"
    status = 400


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Where to look among the embeddings of one net."""

    direction: Embedding
    """Of unit length: faces are ranked by the cosine to it."""
    wanted: Embedding
    """The mean of the wanted examples, at most of unit length: the product with a face's embedding
    is its mean cosine to them, from which the probability of the same person comes."""
    embedding_net: str
    is_mixed: bool = False
    """Whether unwanted examples were taken away: then the direction is not that of `wanted`."""

    @property
    def wanted_length(self) -> float:
        return float(np.linalg.norm(self.wanted))

    @property
    def sketch(self) -> NDArray[np.uint64]:
        """The signs of the direction, 1,024 bits as 16 numbers."""
        return sketch(self.direction)


def target_of(
    examples: Sequence[Sequence[float]],
    *,
    unwanted: Sequence[Sequence[float]] = (),
    embedding_net: str,
) -> Target:
    """Return where faces like all examples are, away from unwanted ones.

    Raises OddEmbedding for a wrong number of dimensions or numbers without a direction, and where
    the examples cancel each other.
    """
    wanted = _mean(examples)
    direction = wanted if not unwanted else wanted - UNWANTED_WEIGHT * _mean(unwanted)
    length = float(np.linalg.norm(direction))
    if length < _SHORTEST:
        raise OddEmbedding("The examples cancel each other: leave some of them out.")
    direction = (direction / length).astype(np.float32)
    return Target(direction, wanted, embedding_net, is_mixed=bool(unwanted))


def _mean(embeddings: Sequence[Sequence[float]]) -> Embedding:
    return np.mean([_unit(one) for one in embeddings], axis=0, dtype=np.float32)


def _unit(numbers: Sequence[float]) -> Embedding:
    vector = np.asarray(numbers, dtype=np.float64)
    if vector.shape != (EMBEDDING_DIMENSIONS,):
        raise OddEmbedding(f"An embedding has {EMBEDDING_DIMENSIONS} numbers.")
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < _SHORTEST:
        raise OddEmbedding("The embedding has no direction: its numbers are zero or infinite.")
    return (vector / length).astype(np.float32)
