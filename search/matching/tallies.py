"""Counts of tags among what is found, part by part."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from search.matching import open_values
from search.matching.conditions import PartMatches
from search.matching.layout import Label, PartCounts
from search.matching.matches import Matches
from search.matching.planes import count_bits
from search.query import FaceQuery, Scope, Show

Counts = NDArray[np.int64]


class Tally:
    """How often values of facets are found."""

    def __init__(self) -> None:
        self._few: dict[Label, int] = {}
        # Facet → by the numbers of `open_values`.
        self._many: dict[str, Counts] = {}

    def add(self, labels: tuple[Label, ...], counts: Counts) -> None:
        for label, count in zip(labels, counts.tolist(), strict=True):
            self._few[label] = self._few.get(label, 0) + count

    def add_many(self, facet: str, numbers: NDArray[np.int32], counts: Counts) -> None:
        """Add counts of values that are given by their numbers, each once."""
        many = self._many.get(facet, _NO_COUNTS)
        if len(many) < open_values.value_count():
            more = np.zeros(open_values.value_count() - len(many), dtype=np.int64)
            many = self._many[facet] = np.concatenate([many, more])
        many[numbers] += counts

    def count(self, facet: str, value: str) -> int:
        """Return how often a value is found."""
        total = self._few.get((facet, value), 0)
        if facet in self._many:
            number = open_values.find_number(value)
            total += 0 if number is None else int(self._many[facet][number : number + 1].sum())
        return total

    def most_frequent(self, facet: str, limit: int) -> list[str]:
        """Return the values of a facet that are found most often, these first."""
        many = self._many.get(facet, _NO_COUNTS)
        some = {name for (of, name), count in self._few.items() if of == facet and count}
        numbers = np.flatnonzero(many)
        if len(numbers) > limit:
            # With all that are found as often as the last one: the alphabet decides between them.
            counts = many[numbers]
            numbers = numbers[counts >= np.partition(counts, -limit)[-limit]]
        some.update(open_values.values_of(numbers))
        return sorted(some, key=lambda name: (-self.count(facet, name), name))[:limit]


def tally(matches: Matches, facets: Collection[str]) -> Tally:
    """Return how often each value of some facets is found, each as if nothing were asked of it.

    The unit is what the query shows.
    """
    found = Tally()
    # Neighbouring parts have the same rows: their numbers are added before labels are looked at.
    sums: dict[tuple[Label, ...], Counts] = {}
    for part in matches.parts:
        layout = part.part.layout
        counts = _of_everything(part, matches.query) or _count(part, matches.query)
        sums[layout.labels] = sums.get(layout.labels, 0) + counts.rows
        for facet in layout.many.keys() & set(facets):
            found.add_many(facet, layout.many[facet].numbers, counts.many[facet])
    for labels, rows in sums.items():
        found.add(labels, rows)
    return found


def _of_everything(matches: PartMatches, query: FaceQuery) -> PartCounts | None:
    """Return the counts of a query that asks nothing: they stay as they are with the part."""
    if query != FaceQuery(order=query.order, scope=query.scope, show=query.show):
        return None
    part = matches.part
    kept = part.layout.kept.get((query.scope, query.show))
    if kept is None or not np.array_equal(kept.photos, part.photos):
        kept = part.layout.kept[query.scope, query.show] = _count(matches, query)
    return kept


def _count(matches: PartMatches, query: FaceQuery) -> PartCounts:
    many = {facet: _count_many(matches, query, facet) for facet in matches.part.layout.many}
    return PartCounts(matches.part.photos, _count_rows(matches, query), many)


def _count_rows(matches: PartMatches, query: FaceQuery) -> Counts:
    """Return the number of each row of a part's layout."""
    rows_of = matches.part.layout.rows_of
    counts = _count_rows_in(matches, query, slice(None), ignore=None)
    for facet in (query.tags.keys() | query.excluded.keys()) & rows_of.keys():
        counts[rows_of[facet]] = _count_rows_in(matches, query, rows_of[facet], ignore=facet)
    return counts


def _count_rows_in(
    matches: PartMatches, query: FaceQuery, rows: slice, *, ignore: str | None
) -> Counts:
    layout = matches.part.layout
    if query.scope is Scope.FACE:
        faces = layout.faces[rows] & matches.faces(ignore=ignore)
        return count_bits(faces if query.show is Show.FACES else layout.planes.fold(faces))
    photos = layout.photos[rows] & matches.photos(ignore=ignore)
    return count_bits(photos if query.show is Show.PHOTOS else layout.planes.spread(photos))


def _count_many(matches: PartMatches, query: FaceQuery, facet: str) -> Counts:
    """Return the number of each value of a facet of many."""
    many = matches.part.layout.many[facet]
    if query.scope is Scope.FACE:
        faces = matches.faces(ignore=facet)
        return many.count_faces(faces) if query.show is Show.FACES else many.count_photos(faces)
    photos = matches.photos(ignore=facet)
    if query.show is Show.FACES:
        return many.count_faces_beside(photos)
    return many.count_photos_of(photos)


_NO_COUNTS: Counts = np.zeros(0, dtype=np.int64)
