"""What people look for, as one value: read from a query string, written to it, told in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from django.http import QueryDict

from analysis.facets import Facet, facets
from analysis.nets import switched_off_facets
from dam.errors import DamError
from search.query.asset_conditions import ASSET_CONDITIONS
from search.query.choices import CHOICES, Order, Scope, Show
from search.query.parameters import ParameterReader
from search.query.ranges import FACES, MEASURES, Range, measures

Values: TypeAlias = Mapping[str, frozenset[str]]

_ENDS = tuple(name for measure in MEASURES.values() for name in measure.parameters)
_DAYS = {"since": "Stored since", "until": "Stored until"}
# What may be asked besides facets, and so no name of a facet.
PARAMETERS = (*_ENDS, *_DAYS, *ASSET_CONDITIONS, *CHOICES)
# `gender.not` is `gender!` for generated clients, which cannot tell that from `gender`.
NOT = ".not"


class InvalidQuery(DamError):
    """A query string that cannot be read; `errors` has every problem by parameter."""

    code = "invalid"
    status = 400

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("Some values are not valid.", fields=dict(errors))

    @property
    def errors(self) -> dict[str, list[str]]:
        return self.fields


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a query asks for, in words, and the query without it."""

    label: str
    text: str
    rest: FaceQuery


@dataclass(frozen=True, slots=True)
class FaceQuery:
    """Which faces are looked for, or which photos by their faces, and their order.

    Values of a facet are OR, all else is AND. In the scope FACE one face meets all of it. In the
    scope PHOTO a photo does: each facet and each range is met by some face of it, and no face has
    an excluded value; what is found is the photo, or all of its faces. What is asked of the photo
    itself (days, number of faces, folder …) means the same in both.
    """

    tags: Values = field(default_factory=dict, hash=False)
    """Facet → the values of which a face must have one. A facet without values is left out."""
    excluded: Values = field(default_factory=dict, hash=False)
    """Facet → the values of which a face has none; without a tag of the facet it passes."""
    ranges: Mapping[str, Range] = field(default_factory=dict, hash=False)
    """By the name of a Measure; a face without the number is in no range."""
    since: date | None = None
    """The day, in UTC, on which the picture was stored, or later."""
    until: date | None = None
    """That day or earlier."""
    asset: UUID | None = None
    folder: str | None = None
    """This folder and what is below it; no "/" at the ends."""
    collection: UUID | None = None
    text: str | None = None
    """Beginnings of words of the photo's name, folder or metadata."""
    order: Order = Order.NEWEST
    scope: Scope = Scope.FACE
    show: Show = Show.FACES

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", _chosen(self.tags))
        object.__setattr__(self, "excluded", _chosen(self.excluded))
        ranges = {name: self.ranges[name] for name in MEASURES if self.ranges.get(name)}
        object.__setattr__(self, "ranges", MappingProxyType(ranges))

    @classmethod
    def from_params(
        cls,
        params: QueryDict,
        *,
        besides: Collection[str] = (),
        shows: Show | None = None,
        known: Sequence[Facet] | None = None,
    ) -> FaceQuery:
        """Read a query string; raise InvalidQuery with all that is wrong with it.

        `besides` names parameters that the caller reads itself. Any other unknown one is a problem.
        `shows` is what the caller lists, where that cannot be chosen. `known` are all facets, for
        a caller that has them.
        """
        reader = ParameterReader(params)
        by_name = {facet.name: facet for facet in (facets() if known is None else known)}
        query = cls(
            tags={name: _read(reader, name, facet) for name, facet in by_name.items()},
            excluded={
                name: _read(reader, f"{name}!", facet) | _read(reader, f"{name}{NOT}", facet)
                for name, facet in by_name.items()
            },
            ranges={measure.name: measure.read(reader) for measure in measures()},
            since=reader.day("since"),
            until=reader.day("until"),
            **{name: condition.read(reader, name) for name, condition in ASSET_CONDITIONS.items()},
            order=reader.choice("order", Order, default=Order.NEWEST),
            scope=reader.choice("scope", Scope, default=Scope.FACE),
            show=reader.choice("show", [shows] if shows else Show, default=shows or Show.FACES),
        )
        if query.since and query.until and query.until < query.since:
            reader.note("until", "Must not be before “since”.")
        reader.refuse_others(
            [*_with_exclusions(by_name), *PARAMETERS, *besides],
            off=[*_with_exclusions(switched_off_facets()), *_ends_switched_off()],
        )
        if reader.problems:
            raise InvalidQuery(reader.problems)
        return query

    def to_params(self) -> QueryDict:
        """Return the query string that `from_params` reads as this; the same for equal queries."""
        params = QueryDict(mutable=True)
        for facet in sorted({*self.tags, *self.excluded}):
            for name, values in ((facet, self.tags), (f"{facet}!", self.excluded)):
                if facet in values:
                    params.setlist(name, sorted(values[facet]))
        for name, found in self.ranges.items():
            for parameter, end in MEASURES[name].write(found).items():
                params[parameter] = end
        for name, value in (self._days() | self.asked_of_assets()).items():
            params[name] = str(value)
        for name, choice in (("order", self.order), ("scope", self.scope), ("show", self.show)):
            if choice != CHOICES[name]:
                params[name] = str(choice)
        return params

    def toggle(self, facet: str, value: str) -> FaceQuery:
        """Return the query that asks for a value if this one does not, and otherwise not."""
        return replace(
            self,
            tags=_changed(self.tags, facet, _of(self.tags, facet) ^ {value}),
            excluded=_changed(self.excluded, facet, _of(self.excluded, facet) - {value}),
        )

    def exclude(self, facet: str, value: str) -> FaceQuery:
        """Return the query that excludes a value if this one does not, and otherwise not."""
        return replace(
            self,
            tags=_changed(self.tags, facet, _of(self.tags, facet) - {value}),
            excluded=_changed(self.excluded, facet, _of(self.excluded, facet) ^ {value}),
        )

    def ordered(self, order: Order) -> FaceQuery:
        """Return the query for the same in another order."""
        return replace(self, order=order)

    def scoped(self, scope: Scope) -> FaceQuery:
        """Return the query that asks the same of a face, or of the faces of a photo together."""
        return replace(self, scope=scope)

    def showing(self, show: Show) -> FaceQuery:
        """Return the query that lists faces, or their photos."""
        return replace(self, show=show)

    def without(self, name: str) -> FaceQuery:
        """Return the query that asks nothing of a facet, of a number, or of another parameter."""
        unset: dict[str, Any]
        if name in CHOICES:
            unset = {name: CHOICES[name]}
        elif name in _DAYS or name in ASSET_CONDITIONS:
            unset = {name: None}
        elif name in MEASURES or name in _ENDS:
            left = {one: MEASURES[one].without(found, name) for one, found in self.ranges.items()}
            unset = {"ranges": left}
        else:
            unset = {
                "tags": _changed(self.tags, name, _NONE),
                "excluded": _changed(self.excluded, name, _NONE),
            }
        return replace(self, **unset)

    def describe(self, known: Sequence[Facet] | None = None) -> tuple[Condition, ...]:
        """Return all that is asked for in words: facets in their order, then the rest.

        `known` are all facets, for a caller that has them.
        """
        named = facets() if known is None else known
        of_facets = (condition for facet in named for condition in self._describe(facet))
        others = [
            *(
                (name, MEASURES[name].label, MEASURES[name].describe(found))
                for name, found in self.ranges.items()
            ),
            *((name, _DAYS[name], str(day)) for name, day in self._days().items()),
            *(
                (name, ASSET_CONDITIONS[name].label, ASSET_CONDITIONS[name].describe(value))
                for name, value in self.asked_of_assets().items()
            ),
        ]
        rest = (Condition(label, text, self.without(name)) for name, label, text in others)
        return (*of_facets, *rest)

    def asked_of_assets(self) -> dict[str, Any]:
        """Return what is asked of the photo and known to the database alone: ASSET_CONDITIONS."""
        values = {
            "text": self.text,
            "folder": self.folder,
            "collection": self.collection,
            "asset": self.asset,
        }
        return {name: value for name, value in values.items() if value is not None}

    @property
    def asks_of_faces(self) -> bool:
        """Tell whether a photo needs a face to be found."""
        return bool(self.tags or self.excluded or self.ranges.keys() - {FACES})

    def _days(self) -> dict[str, date]:
        values = {"since": self.since, "until": self.until}
        return {name: value for name, value in values.items() if value is not None}

    def _describe(self, facet: Facet) -> Iterator[Condition]:
        name = facet.name
        for value in in_order(facet, _of(self.tags, name)):
            yield Condition(facet.label, facet.label_of(value), self.toggle(name, value))
        for value in in_order(facet, _of(self.excluded, name)):
            yield Condition(facet.label, f"not {facet.label_of(value)}", self.exclude(name, value))


def in_order(facet: Facet, values: Collection[str]) -> list[str]:
    """Return some values of a facet in its order; those that people write, by the alphabet."""
    if facet.open:
        return sorted(values)
    return [value.name for value in facet.all_values if value.name in values]


_NONE: frozenset[str] = frozenset()


def _read(reader: ParameterReader, parameter: str, facet: Facet) -> frozenset[str]:
    if facet.open:
        return reader.free_values(parameter, accept=facet.accept)
    return reader.values(parameter, allowed=[value.name for value in facet.all_values])


def _chosen(values: Values) -> Values:
    return MappingProxyType({name: frozenset(values[name]) for name in values if values[name]})


def _of(values: Values, facet: str) -> frozenset[str]:
    return values.get(facet, _NONE)


def _changed(values: Values, facet: str, new: frozenset[str]) -> Values:
    return {**values, facet: new}


def _ends_switched_off() -> list[str]:
    known = measures()
    off = (measure for measure in MEASURES.values() if measure not in known)
    return [name for measure in off for name in measure.parameters]


def _with_exclusions(names: Collection[str]) -> Iterator[str]:
    for name in names:
        yield from (name, f"{name}!", f"{name}{NOT}")
