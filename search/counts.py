"""How many of the faces or photos that are looked for have each value of each facet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.facets import Facet, Value, facets
from search.matching import Matches, find_matches
from search.matching.tallies import Tally, tally
from search.query import FaceQuery

# Of values that people write, such as names.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many faces or photos have a value, and whether the query asks for it or excludes it."""

    value: Value
    count: int
    chosen: bool
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class FacetCount:
    """All values of a facet, in its order; of those that people write the MOST_SHOWN first ones."""

    facet: Facet
    values: tuple[ValueCount, ...]


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many faces and photos are found, and how many there would be of each value."""

    faces: int
    photos: int
    facets: tuple[FacetCount, ...]


def count_facets(
    query: FaceQuery | Matches, *, known: Sequence[Facet] | None = None
) -> FacetCounts:
    """Count every value of every facet, as if the query asked nothing of that facet.

    A count is what would be found, in the unit that the query shows, if that value alone were asked
    of the facet. Counts are exact and zero is counted, too. Of a facet whose values people write
    those that are found most often come first, and what is asked or excluded last, if it is not
    among them. `known` are all facets, for a caller that has them.
    """
    matches = find_matches(query) if isinstance(query, FaceQuery) else query
    known = facets() if known is None else known
    counts = tally(matches, [facet.name for facet in known])
    return FacetCounts(
        faces=matches.face_count,
        photos=matches.photo_count,
        facets=tuple(
            FacetCount(facet, tuple(_value_counts(facet, matches.query, counts))) for facet in known
        ),
    )


def _value_counts(facet: Facet, query: FaceQuery, counts: Tally) -> Iterator[ValueCount]:
    chosen = query.tags.get(facet.name, frozenset())
    excluded = query.excluded.get(facet.name, frozenset())
    values = facet.all_values
    if facet.open:
        names = counts.most_frequent(facet.name, MOST_SHOWN)
        names += sorted((chosen | excluded).difference(names))
        values = tuple(Value(name, facet.label_of(name)) for name in names)
    for value in values:
        yield ValueCount(
            value,
            count=counts.count(facet.name, value.name),
            chosen=value.name in chosen,
            excluded=value.name in excluded,
        )
