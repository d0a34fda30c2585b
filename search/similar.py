"""Faces that look like others: ranked, cut, and told how probably they are the same person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from analysis.listing import faces_for_lists
from analysis.logistic import Logistic
from analysis.models import Face
from analysis.nets import full_manifest
from search.index import Segment, current_snapshot
from search.matching import find_matches
from search.query import FaceQuery
from search.similarity.candidates import Candidates, Rows
from search.similarity.planning import Method, find_nearest
from search.similarity.ranking import Ranked, mean_cosines
from search.similarity.target import Target

MAX_LIMIT = 1000


class Cut(StrEnum):
    """Which rule ended the list."""

    LIMIT = "limit"
    """There are more faces that would do."""
    THRESHOLD = "threshold"
    """All others are less similar, or less probably the same person, than was asked."""
    END = "end"
    """There are no other faces, of those that were asked for."""


@dataclass(frozen=True, slots=True)
class SimilarFace:
    """A stored face beside what was looked for."""

    face: Face
    rank: int
    """1 is the most similar."""
    similarity: float
    """The cosine of the angle to what was looked for: 1 is the same, −1 the opposite."""
    same_person: float | None
    """Probability, at even odds, that it is the person of the examples (docs/nets.md); None where
    the net's declaration has no curve for it."""

    @property
    def distance(self) -> float:
        """The cosine distance: 0 is the same, 2 the opposite."""
        return 1.0 - self.similarity


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends the list."""

    count: int = 20
    """1 to MAX_LIMIT."""
    min_similarity: float | None = None
    min_probability: float | None = None
    """Of the same person, 0 to 1."""

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_LIMIT:
            raise ValueError(f"from 1 to {MAX_LIMIT} faces can be asked for, not {self.count}")


@dataclass(frozen=True, slots=True)
class Nearest:
    """The faces that were found, the most similar first, and how."""

    faces: tuple[SimilarFace, ...]
    candidates: int
    """How many faces were asked for and have an embedding of the same net."""
    method: Method
    exact: bool
    """Whether surely none is missing; otherwise a few may be: see `manage.py check_recall`."""
    cut_by: Cut


def nearest_faces(
    query: FaceQuery,
    target: Target,
    *,
    limits: Limits | None = None,
    leave_out: Collection[int] = (),
    exact: bool = False,
    load_from: QuerySet[Face] | None = None,
) -> Nearest:
    """Return those faces of a query that are most like a target, but for some face ids.

    Never retired or deleted ones. With `exact` all candidates are compared by their embeddings,
    which takes about a second for a million. The query's order means nothing. `load_from` says what
    is loaded of each face, by default what REST shows of it.
    """
    limits = limits or Limits()
    candidates = find_candidates(query, embedding_net=target.embedding_net, leave_out=leave_out)
    # One more tells whether the limit cut the list.
    wanted = limits.count + 1
    if target.is_mixed and limits.min_probability is not None:
        # The probability does not fall with the rank then: later ones may reach it.
        wanted = MAX_LIMIT + 1
    found = find_nearest(candidates, target, limit=wanted, exact=exact)
    chances = _chances(found.ranked, target)
    passing = np.flatnonzero(_passing(found.ranked, chances, limits))
    shown = passing[: limits.count]
    return Nearest(
        faces=_load(load_from, found.ranked, chances, shown),
        candidates=candidates.count,
        method=found.method,
        exact=found.exact,
        cut_by=_cut(len(passing), len(found.ranked), limits),
    )


def find_candidates(
    query: FaceQuery, *, embedding_net: str, leave_out: Collection[int] = ()
) -> Candidates:
    """Return the faces of a query, but for some ids, that have an embedding of a net."""
    parts: Iterable[tuple[Segment, Rows]]
    is_all = _asks_nothing(query)
    if is_all:
        snapshot = current_snapshot()
        parts = ((segment, _present_rows(segment)) for segment in snapshot.segments)
    else:
        matches = find_matches(query)
        snapshot, parts = matches.snapshot, matches.rows()
    return Candidates.choose(
        parts,
        library=snapshot.count,
        embedding_net=embedding_net,
        left_out=leave_out,
        is_all=is_all,
    )


def same_person_curve(embedding_net: str) -> Logistic | None:
    """Return the curve from cosine to probability; None for embeddings of other nets than ours."""
    manifest = full_manifest()
    return manifest.net("embedder").same_person if manifest.embedding_net == embedding_net else None


def _asks_nothing(query: FaceQuery) -> bool:
    return query == FaceQuery(order=query.order, scope=query.scope, show=query.show)


def _present_rows(segment: Segment) -> Rows:
    return None if segment.present is None else np.flatnonzero(segment.present_mask())


def _chances(ranked: Ranked, target: Target) -> NDArray[np.float64] | None:
    curve = same_person_curve(target.embedding_net)
    if curve is None:
        return None
    cosines = (
        mean_cosines(ranked.ids, target)
        if target.is_mixed
        else ranked.similarities * target.wanted_length
    )
    return np.array([curve.chance(cosine) for cosine in cosines.tolist()])


def _passing(
    ranked: Ranked, chances: NDArray[np.float64] | None, limits: Limits
) -> NDArray[np.bool_]:
    passing = np.ones(len(ranked), dtype=np.bool_)
    if limits.min_similarity is not None:
        passing &= ranked.similarities >= limits.min_similarity
    if limits.min_probability is not None and chances is not None:
        passing &= chances >= limits.min_probability
    return passing


def _cut(passing: int, ranked: int, limits: Limits) -> Cut:
    if passing > limits.count:
        return Cut.LIMIT
    return Cut.THRESHOLD if passing < ranked else Cut.END


def _load(
    stored: QuerySet[Face] | None,
    ranked: Ranked,
    chances: NDArray[np.float64] | None,
    shown: NDArray[np.intp],
) -> tuple[SimilarFace, ...]:
    """Return the faces that are shown; those that went meanwhile are left out."""
    if stored is None:
        stored = faces_for_lists(landmarks=False).select_related("asset")
    faces = stored.in_bulk(ranked.ids[shown].tolist())
    kept = [place for place in shown.tolist() if int(ranked.ids[place]) in faces]
    return tuple(
        SimilarFace(
            face=faces[int(ranked.ids[place])],
            rank=rank,
            similarity=float(ranked.similarities[place]),
            same_person=None if chances is None else float(chances[place]),
        )
        for rank, place in enumerate(kept, start=1)
    )
