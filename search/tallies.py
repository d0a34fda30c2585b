"""Counts of tags among what is found, part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from search.conditions import PartMatches
from search.layout import Label
from search.matching import Matches
from search.planes import count_bits
from search.query import FaceQuery, Scope, Show


def tally(matches: Matches, facets: Collection[str]) -> Mapping[str, Counter[str]]:
    """Return how often each value of some facets is found, each as if nothing were asked of it.

    The unit is what the query shows. Values that are not found may be missing.
    """
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in facets}
    # Neighbouring parts have the same rows: their numbers are added before names are looked at.
    sums: dict[tuple[Label, ...], NDArray[np.int64]] = {}
    for part in matches.parts:
        labels = part.part.layout.labels
        sums[labels] = sums.get(labels, 0) + _count_rows(part, matches.query)
        for facet in counts.keys() & part.part.columns.codes.keys():
            if facet not in part.part.layout.rows_of:
                counts[facet].update(_count_codes(part, matches.query, facet))
    for labels, numbers in sums.items():
        for (facet, value), number in zip(labels, numbers.tolist(), strict=True):
            if facet in counts:
                counts[facet][value] += number
    return counts


def _count_rows(matches: PartMatches, query: FaceQuery) -> NDArray[np.int64]:
    """Return the number of each row of a part's layout."""
    rows_of = matches.part.layout.rows_of
    counts = _count_rows_in(matches, query, slice(None), ignore=None)
    for facet in (query.tags.keys() | query.excluded.keys()) & rows_of.keys():
        counts[rows_of[facet]] = _count_rows_in(matches, query, rows_of[facet], ignore=facet)
    return counts


def _count_rows_in(
    matches: PartMatches, query: FaceQuery, rows: slice, *, ignore: str | None
) -> NDArray[np.int64]:
    layout = matches.part.layout
    if query.scope is Scope.FACE:
        faces = layout.faces[rows] & matches.faces(ignore=ignore)
        return count_bits(faces if query.show is Show.FACES else layout.planes.fold(faces))
    photos = layout.photos[rows] & matches.photos(ignore=ignore)
    return count_bits(photos if query.show is Show.PHOTOS else layout.planes.spread(photos))


def _count_codes(matches: PartMatches, query: FaceQuery, facet: str) -> dict[str, int]:
    """Return the numbers of a facet that has too many values for rows of bits."""
    columns, planes = matches.part.columns, matches.part.layout.planes
    values, codes = columns.codes[facet].values, columns.codes[facet].codes
    rows = planes.faces_of(matches.faces(ignore=facet))
    rows = rows[codes[rows] > 0]
    found = codes[rows].astype(np.int64)
    weights = None
    if (query.scope, query.show) != (Scope.FACE, Show.FACES):
        # A value counts once for each photo …
        pairs = np.unique(columns.assets[rows] * (len(values) + 1) + found)
        photos, found = np.divmod(pairs, len(values) + 1)
        if query.show is Show.FACES:
            # … and then for all of its faces.
            weights = planes.face_counts[planes.place[np.searchsorted(planes.rising, photos)]]
    numbers = np.bincount(found, weights=weights)
    return {values[code - 1]: int(numbers[code]) for code in np.flatnonzero(numbers).tolist()}
