"""How many of the faces that are looked for have each value of each facet."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from analysis.facets import Facet, Value, facets
from analysis.models import Face, FaceTag
from search.query import FaceQuery


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many faces have a value, and whether the query asks for it."""

    value: Value
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetCount:
    """All values of a facet, in its order."""

    facet: Facet
    values: tuple[ValueCount, ...]


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many faces are found, and how many there would be of each value."""

    faces: int
    facets: tuple[FacetCount, ...]


def count_facets(query: FaceQuery) -> FacetCounts:
    """Count every value of every facet, as if the query asked nothing of that facet.

    The counts are exact and zero is counted, too. Takes two queries, and one for custom tags.
    """
    known = facets()
    counts = _count_values(query, [facet.name for facet in known])
    return FacetCounts(
        faces=query.queryset().count(),
        facets=tuple(
            FacetCount(
                facet,
                tuple(
                    ValueCount(
                        value,
                        count=counts.get((facet.name, value.name), 0),
                        chosen=value.name in query.tags.get(facet.name, ()),
                    )
                    for value in facet.all_values
                ),
            )
            for facet in known
        ),
    )


def _count_values(query: FaceQuery, names: list[str]) -> dict[tuple[str, str], int]:
    """Return the counts by facet and value: one pass for all facets of which nothing is asked."""
    free = [name for name in names if name not in query.tags]
    chosen = [name for name in names if name in query.tags]
    passes = [_grouped(query.queryset(), free)]
    passes += [_grouped(query.queryset(ignore=name), [name]) for name in chosen]
    rows = passes[0].union(*passes[1:], all=True)
    return {(facet, value): count for facet, value, count in rows}


def _grouped(faces: QuerySet[Face], names: list[str]) -> QuerySet[FaceTag]:
    tags = FaceTag.objects.filter(facet__in=names, face__in=faces.order_by())
    return tags.order_by().values_list("facet", "value").annotate(count=Count("*"))
