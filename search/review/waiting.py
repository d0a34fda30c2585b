"""Which tags wait for a review, and which of them is the least sure: no query reads them all.

The face index knows in memory which faces have an unsure tag. The database has these tags by their
probability (`tag_unsure`), so the least sure ones are read from that end.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from analysis.facets import UNSURE, Facet
from analysis.models import FaceTag
from search.matching import Matches, find_matches
from search.matching.tagged import count_tagged, faces_tagged
from search.query import FaceQuery

# Of so few faces the tags are looked up by the faces.
_FEW = 500
# So many times more are read where those that were read were not enough.
_FACTOR = 8
# Id of the tag, face, probability.
Row = tuple[int, int, float | None]
# Share of what the facet asks for, face, facet, id of the tag: the order of the review.
Place = tuple[float, int, str, int]


@dataclass(frozen=True)
class Waiting:
    """The unsure tags of some facets in the faces of a query that nobody has said yet."""

    query: FaceQuery
    facets: tuple[Facet, ...]
    skipped: frozenset[int] = frozenset()
    """The ids of tags that are left out."""

    def counts(self) -> dict[str, int]:
        """Return how many tags wait, by facet; one query beside the index's."""
        left_out = FaceTag.objects.filter(facet__in=self.faces.keys(), value=UNSURE).filter(
            Q(source=FaceTag.Source.USER) | Q(pk__in=self.skipped)
        )
        counts = {name: len(ids) for name, ids in self.faces.items()}
        for facet, face in left_out.values_list("facet", "face_id"):
            counts[facet] -= _holds(self.faces[facet], face)
        return counts

    def holds(self, tag: FaceTag) -> bool:
        """Tell whether an unsaid tag is of the facets and of the faces of the query."""
        return tag.facet in self.faces and _holds(self.faces[tag.facet], tag.face_id)

    def first(self, count: int, *, among: Collection[str]) -> list[int]:
        """Return the ids of the least sure tags of some of the facets, the least sure first.

        That is the one which is furthest under what its facet asks for. There are `count` at most;
        if there are fewer, more may wait, but none only where none waits.
        """
        names = [name for name in among if len(self.faces[name])]
        sizes = {name: count * self._share(name) for name in names}
        while sizes:
            found, is_all = self._read(sizes)
            if found or is_all:
                return [pk for *_, pk in found[:count]]
            sizes = {name: size * _FACTOR for name, size in sizes.items()}
        return []

    @cached_property
    def faces(self) -> Mapping[str, NDArray[np.int64]]:
        """By facet the ids of faces that have it unsure, rising; of some a person said so."""
        return {one.name: faces_tagged(self._matches, one.name, UNSURE) for one in self.facets}

    @cached_property
    def _matches(self) -> Matches:
        return find_matches(self.query)

    @cached_property
    def _everything(self) -> Matches:
        return find_matches(FaceQuery(), snapshot=self._matches.snapshot)

    def _share(self, facet: str) -> int:
        """Return one of how many unsure tags is of a face that is found, rounded up."""
        return math.ceil(count_tagged(self._everything, facet, UNSURE) / len(self.faces[facet]))

    def _read(self, sizes: Mapping[str, int]) -> tuple[list[Place], bool]:
        """Return what waits among the first tags of each facet, in order, and whether it is all.

        What comes after the last tag that was read of a facet is left out: other tags of that facet
        may come before it.
        """
        by_name = {facet.name: facet for facet in self.facets}
        found, end = [], math.inf
        for name, rows in self._rows(sizes).items():
            least, faces = by_name[name].min_score or 1.0, self.faces[name]
            places = sorted(
                (math.inf if score is None else score / least, face, name, pk)
                for pk, face, score in rows
            )
            if len(faces) > _FEW and len(rows) == sizes[name]:
                end = min(end, places[-1][0])
            is_found = np.isin([place[1] for place in places], faces).tolist()
            found += itertools.compress(places, is_found)
        return sorted(place for place in found if place[0] <= end), end == math.inf

    def _rows(self, sizes: Mapping[str, int]) -> dict[str, list[Row]]:
        """Return tags of each facet: of few faces all, else so many of the least sure."""
        unsaid = unsaid_tags(sizes).exclude(pk__in=self.skipped)
        parts = []
        for name, size in sizes.items():
            tags, faces = unsaid.filter(facet=name), self.faces[name]
            if len(faces) <= _FEW:
                tags = tags.filter(face_id__in=faces.tolist())
            else:
                tags = tags.order_by("model_score", "face_id")[:size]
            parts.append(tags.values_list("facet", "pk", "face_id", "model_score"))
        rows: dict[str, list[Row]] = {name: [] for name in sizes}
        for name, *row in parts[0].union(*parts[1:], all=True):
            rows[name].append(tuple(row))
        return rows


def unsaid_tags(facets: Collection[str]) -> QuerySet[FaceTag]:
    """Return unsure tags of some facets that no person said, also of faces that are gone."""
    return FaceTag.objects.filter(facet__in=facets, value=UNSURE, source=FaceTag.Source.MODEL)


def _holds(ids: NDArray[np.int64], one: int) -> bool:
    place = int(np.searchsorted(ids, one))
    return place < len(ids) and int(ids[place]) == one
