"""Chooses how the nearest of some faces are found, and finds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from analysis.embedding_index import is_index_ready
from search.similarity.candidates import Candidates
from search.similarity.ranking import Ranked, rank_all, rank_among, rank_near
from search.similarity.sketches import nearest_by_sketch
from search.similarity.target import Target

# Measured on a million faces (docs/decisions/0016): so many are compared exactly in the time that a
# search may take.
MOST_COMPARED = 4000
# The sketches' best are compared exactly: so many, and so many more for each that is wanted.
SKETCHES_KEPT = 250
SKETCHES_PER_FACE = 5
# Below so many faces comparing all sketches is as quick as the index, and finds more.
FEWEST_IN_GRAPH = 3_000_000
# With fewer of the faces in the index among the candidates it finds too many that are not wanted.
LEAST_SHARE_IN_GRAPH = 0.5
# What the index is asked for: at least so many, and more than is wanted. Most of what it misses in
# its first list of GRAPH_EFFORT faces, the longest there can be, it finds when it goes on.
GRAPH_LEAST = 1500
GRAPH_SPARE = 1.5
GRAPH_EFFORT = 1000
GRAPH_VISITS = 60_000


class Method(StrEnum):
    """How candidates were compared."""

    EXACT = "exact"
    """All of them by their embeddings."""
    SKETCHES = "sketches"
    """All of them by 1,024 bits each, the best by their embeddings."""
    GRAPH = "graph"
    """Those to which the links of the index led, by their embeddings."""


@dataclass(frozen=True, slots=True)
class Found:
    """The nearest of the candidates, and how they were found."""

    ranked: Ranked
    method: Method
    exact: bool


def find_nearest(
    candidates: Candidates, target: Target, *, limit: int, exact: bool = False
) -> Found:
    """Return the nearest candidates; fewer than `limit` only where there are no more.

    With `exact` all are compared by their embeddings, however long it takes.
    """
    kept = SKETCHES_KEPT + SKETCHES_PER_FACE * limit
    if exact or candidates.count <= max(MOST_COMPARED, kept):
        return Found(_compare_all(candidates, target, limit=limit), Method.EXACT, exact=True)
    if is_for_graph(candidates):
        ranked = _walk_graph(candidates, target, limit=limit)
        if len(ranked) == limit:
            return Found(ranked, Method.GRAPH, exact=False)
    ids = nearest_by_sketch(candidates, target, count=kept)
    return Found(rank_among(ids, target, limit=limit), Method.SKETCHES, exact=False)


def is_for_graph(candidates: Candidates) -> bool:
    """Tell whether the index is there and most of what it finds would be wanted."""
    return (
        candidates.count >= FEWEST_IN_GRAPH
        and candidates.count >= LEAST_SHARE_IN_GRAPH * candidates.library
        and is_index_ready()
    )


def _compare_all(candidates: Candidates, target: Target, *, limit: int) -> Ranked:
    if candidates.is_all and candidates.count > MOST_COMPARED:
        # Quicker than to look each of them up.
        return rank_all(target, limit=limit, left_out=candidates.left_out)
    return rank_among(candidates.ids, target, limit=limit)


def _walk_graph(candidates: Candidates, target: Target, *, limit: int) -> Ranked:
    wanted = max(GRAPH_LEAST, ceil(limit * GRAPH_SPARE * candidates.library / candidates.count))
    ranked = rank_near(target, limit=wanted, effort=GRAPH_EFFORT, most_visited=GRAPH_VISITS)
    return ranked.choose(candidates.contain(ranked.ids)).first(limit)
