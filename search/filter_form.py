"""What the page of faces offers to ask: facets to fold, and a form for all else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.facets import Facet
from dam.collections.lists import named_collections
from search.counts import FacetCount, FacetCounts, ValueCount
from search.query import FaceQuery, Order, Scope, Show
from search.query.parameters import plain_number
from search.query.ranges import MEASURES, Measure, Range, measures

# Of values that people write; all that are asked for are shown, too.
SHOWN_VALUES = 20
ORDERS = {
    Order.NEWEST: "Newest photo",
    Order.OLDEST: "Oldest photo",
    Order.QUALITY: "Best quality",
    Order.SIZE: "Largest face",
}
SCOPES = {Scope.FACE: "The same face", Scope.PHOTO: "Anywhere in the photo"}
SHOWS = {Show.FACES: "Faces", Show.PHOTOS: "Photos"}

_FIRST_MEASURE = "quality"
_TEXTS = ("text", "folder", "collection", "since", "until")


@dataclass(frozen=True, slots=True)
class Choice:
    """Another way to list the same: its name, what people see, and the query for it."""

    name: str
    label: str
    query: FaceQuery
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetBox:
    """A facet with those of its values that are shown."""

    facet: Facet
    values: tuple[ValueCount, ...]
    left_out: int
    """How many more are found, at least."""

    @property
    def asked(self) -> int:
        return sum(one.chosen or one.excluded for one in self.values)


@dataclass(frozen=True, slots=True)
class RangeField:
    """Two fields for the ends of a range, as they are written in the address."""

    measure: Measure
    minimum: str
    maximum: str

    @property
    def names(self) -> tuple[str, str]:
        return self.measure.parameters

    @property
    def step(self) -> str:
        return "1" if self.measure.is_whole else "any"


@dataclass(frozen=True, slots=True)
class FilterForm:
    """All that can be asked, and what is."""

    query: FaceQuery
    counts: FacetCounts

    @property
    def boxes(self) -> list[FacetBox]:
        return [_box(counted) for counted in self.counts.facets]

    @property
    def orders(self) -> list[Choice]:
        return [
            Choice(order, label, self.query.ordered(order), order is self.query.order)
            for order, label in ORDERS.items()
        ]

    @property
    def scopes(self) -> list[Choice]:
        return [
            Choice(scope, label, self.query.scoped(scope), scope is self.query.scope)
            for scope, label in SCOPES.items()
        ]

    @property
    def shows(self) -> list[Choice]:
        return [
            Choice(show, label, self.query.showing(show), show is self.query.show)
            for show, label in SHOWS.items()
        ]

    @property
    def first_range(self) -> RangeField:
        return _range_field(MEASURES[_FIRST_MEASURE], self.query.ranges)

    @property
    def more_ranges(self) -> list[RangeField]:
        others = (measure for measure in measures() if measure.name != _FIRST_MEASURE)
        return [_range_field(measure, self.query.ranges) for measure in others]

    @property
    def asks_more_ranges(self) -> bool:
        return bool(self.query.ranges.keys() - {_FIRST_MEASURE})

    @property
    def collections(self) -> list[dict[str, Any]]:
        """Collections to choose from; the one that is asked for among them, whatever it is."""
        known = list(named_collections())
        asked = self.query.collection
        if asked is not None and all(one["uid"] != asked for one in known):
            known.append({"uid": asked, "name": str(asked)})
        return known

    @property
    def hidden(self) -> Iterator[tuple[str, str]]:
        """Names and values that the form keeps, but does not show."""
        shown = {*_TEXTS, *(name for one in MEASURES.values() for name in one.parameters)}
        for name, values in self.query.to_params().lists():
            if name not in shown:
                yield from ((name, value) for value in values)


def _box(counted: FacetCount) -> FacetBox:
    if not counted.facet.open:
        return FacetBox(counted.facet, counted.values, left_out=0)
    shown = [
        one
        for place, one in enumerate(counted.values)
        if place < SHOWN_VALUES or one.chosen or one.excluded
    ]
    return FacetBox(counted.facet, tuple(shown), left_out=len(counted.values) - len(shown))


def _range_field(measure: Measure, ranges: Mapping[str, Range]) -> RangeField:
    found = ranges.get(measure.name, Range())
    low, high = ("" if end is None else plain_number(end) for end in (found.minimum, found.maximum))
    return RangeField(measure, low, high)
