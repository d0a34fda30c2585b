"""What the page offers to ask: facets to fold, and a form for all else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analysis.facets import Facet
from dam.collections.lists import named_collections
from search.browse.addresses import ValueAddresses
from search.browse.range_fields import RangeField, range_fields
from search.counts import FacetCount, FacetCounts, ValueCount
from search.matching import Matches
from search.query import FaceQuery, Order, Scope, Show
from search.query.ranges import MEASURES

# Of values that people write; all that are asked for are shown, too.
SHOWN_VALUES = 20
# Of facets; all of which something is asked are unfolded, too.
UNFOLDED = 4
ORDERS = {
    Order.NEWEST: "Newest photo",
    Order.OLDEST: "Oldest photo",
    Order.QUALITY: "Best quality",
    Order.SIZE: "Largest face",
}
SCOPES = {Scope.FACE: "Same face", Scope.PHOTO: "Same photo"}
SHOWS = {Show.PHOTOS: "Photos", Show.FACES: "Faces"}

_TEXTS = ("text", "folder", "collection", "since", "until")


@dataclass(frozen=True, slots=True)
class Choice:
    """Another way to list the same: its name, what people see, and the query for it."""

    name: str
    label: str
    query: FaceQuery
    chosen: bool


@dataclass(frozen=True, slots=True)
class ValueLink:
    """A value of a facet, and the addresses of what is found with it asked or excluded, or not."""

    counted: ValueCount
    key: str
    """Names it among those of its facet, in letters that an id may have."""
    toggle_address: str
    exclude_address: str
    share: int
    """Of the most frequent value's count, in percent."""


@dataclass(frozen=True, slots=True)
class FacetBox:
    """A facet with those of its values that are shown."""

    facet: Facet
    values: tuple[ValueLink, ...]
    is_open: bool

    @property
    def asked(self) -> int:
        return sum(one.counted.chosen or one.counted.excluded for one in self.values)


@dataclass(frozen=True, slots=True)
class FilterForm:
    """All that can be asked, and what is."""

    matches: Matches
    counts: FacetCounts

    @property
    def query(self) -> FaceQuery:
        return self.matches.query

    @property
    def boxes(self) -> list[FacetBox]:
        addresses = ValueAddresses(self.query)
        return [
            _box(counted, addresses, is_early=place < UNFOLDED)
            for place, counted in enumerate(self.counts.facets)
        ]

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
    def order_label(self) -> str:
        return ORDERS[self.query.order]

    @property
    def ranges(self) -> list[RangeField]:
        return range_fields(self.matches)

    @property
    def asks_of_photos(self) -> bool:
        """Whether something is asked that the fold of the photo shows."""
        query = self.query
        return any((query.folder, query.collection, query.since, query.until))

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
        shown = {"show", *_TEXTS, *(name for one in MEASURES.values() for name in one.parameters)}
        for name, values in self.query.to_params().lists():
            if name not in shown:
                yield from ((name, value) for value in values)


def _box(counted: FacetCount, addresses: ValueAddresses, *, is_early: bool) -> FacetBox:
    values = counted.values
    if counted.facet.open:
        values = tuple(
            one
            for place, one in enumerate(values)
            if place < SHOWN_VALUES or one.chosen or one.excluded
        )
    most = max((one.count for one in values), default=0)
    links = tuple(
        _link(counted.facet, one, addresses, most=most, place=place)
        for place, one in enumerate(values, start=1)
    )
    is_asked = any(one.chosen or one.excluded for one in values)
    return FacetBox(counted.facet, links, is_open=is_early or is_asked)


def _link(
    facet: Facet, one: ValueCount, addresses: ValueAddresses, *, most: int, place: int
) -> ValueLink:
    name = one.value.name
    return ValueLink(
        counted=one,
        key=str(place) if facet.open else name,
        toggle_address=addresses.toggled(facet.name, name),
        exclude_address=addresses.excluded(facet.name, name),
        # The smallest one is seen, too.
        share=max(1, round(100 * one.count / most)) if one.count else 0,
    )
