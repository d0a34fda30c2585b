"""Queries that keep about a given share of this library, made of the facets that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log
from typing import TypeAlias

from search.counts import count_facets
from search.matching import find_matches
from search.query import FaceQuery

Tags: TypeAlias = Mapping[str, frozenset[str]]

# Of queries that might keep a share, so many are counted …
_TRIED = 12
# … and so many are made narrower.
_NARROWED = 50


def filters_by_share(shares: Sequence[float]) -> Iterator[tuple[float, FaceQuery]]:
    """Yield for each share a query that keeps about that: one to three values of facets.

    For 1 it asks nothing. A share for which there is no query of its own is left out.
    """
    counts = count_facets(find_matches(FaceQuery()))
    values = [
        (facet.facet.name, entry.value.name, entry.count / counts.faces)
        for facet in counts.facets
        for entry in facet.values
        if entry.count
    ]
    used: list[FaceQuery] = []
    for share in shares:
        if share == 1.0:
            yield share, FaceQuery()
            continue
        queries = _likely_filters(values, share)
        found = [(find_matches(query).face_count, query) for query in queries]
        found = [(count, query) for count, query in found if count]
        if found:
            wanted = share * counts.faces
            _, query = min(found, key=lambda one: abs(log(one[0] / wanted)))
            if query not in used:
                used.append(query)
                yield share, query


def _likely_filters(values: Sequence[tuple[str, str, float]], share: float) -> list[FaceQuery]:
    """Return filters that would keep that share if facets did not depend on each other."""
    sets: list[tuple[float, Tags]] = [
        (kept, {facet: frozenset({value})}) for facet, value, kept in values
    ]
    for _ in range(2):
        joined = [
            (kept * more, {**tags, facet: frozenset({value})})
            for kept, tags in _nearest_above(sets, share)
            for facet, value, more in values
            if facet not in tags
        ]
        sets = [*sets, *joined]
    sets.sort(key=lambda one: abs(log(one[0] / share)))
    # The same values come about in several orders.
    different = {frozenset(tags.items()): tags for _, tags in sets[: 6 * _TRIED]}
    return [FaceQuery(tags=tags) for tags in list(different.values())[:_TRIED]]


def _nearest_above(sets: Sequence[tuple[float, Tags]], share: float) -> list[tuple[float, Tags]]:
    return [one for one in sets if one[0] > share][:_NARROWED]
