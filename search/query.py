"""What people look for, as one value: read from a query string, written to it, turned into SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from analysis.facets import facets
from analysis.models import Face, FaceTag
from analysis.nets import switched_off_facets
from dam.errors import DamError
from search.parameters import ParameterReader


class InvalidQuery(DamError):
    """A query string that cannot be read; `errors` has every problem by parameter."""

    code = "invalid"
    status = 400

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("Some values are not valid.", fields=dict(errors))

    @property
    def errors(self) -> dict[str, list[str]]:
        return self.fields


class Order(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    QUALITY = "quality"

    @property
    def fields(self) -> tuple[str, str]:
        """The fields to sort by; together they differ for any two faces."""
        return _ORDER_FIELDS[self]


_ORDER_FIELDS = {
    Order.NEWEST: ("-asset_id", "position"),
    Order.OLDEST: ("asset_id", "position"),
    Order.QUALITY: ("-quality_score", "-id"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a query asks for, in words, and the query without it."""

    label: str
    text: str
    rest: FaceQuery


@dataclass(frozen=True, slots=True)
class FaceQuery:
    """Which faces are looked for, and their order. Values of a facet are OR, all else is AND."""

    tags: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    """Facet → the values of which a face must have one. A facet without values is left out."""
    min_quality: float | None = None
    """0 to 100."""
    min_score: float | None = None
    """The detector's certainty, 0 to 1."""
    since: date | None = None
    """The day, in UTC, on which the picture was stored, or later."""
    until: date | None = None
    """That day or earlier."""
    asset: UUID | None = None
    order: Order = Order.NEWEST

    def __post_init__(self) -> None:
        chosen = {facet: frozenset(values) for facet, values in self.tags.items() if values}
        object.__setattr__(self, "tags", MappingProxyType(chosen))

    @classmethod
    def from_params(cls, params: QueryDict, *, besides: Collection[str] = ()) -> FaceQuery:
        """Read a query string; raise InvalidQuery with all that is wrong with it.

        `besides` names parameters that the caller reads itself. Any other unknown one is a problem.
        """
        reader = ParameterReader(params)
        known = facets()
        query = cls(
            tags={
                facet.name: reader.values(
                    facet.name, allowed=[value.name for value in facet.all_values]
                )
                for facet in known
            },
            min_quality=reader.number("min_quality", minimum=0, maximum=100),
            min_score=reader.number("min_score", minimum=0, maximum=1),
            since=reader.day("since"),
            until=reader.day("until"),
            asset=reader.uid("asset"),
            order=reader.choice("order", Order, default=Order.NEWEST),
        )
        if query.since and query.until and query.until < query.since:
            reader.note("until", "Must not be before “since”.")
        reader.refuse_others(
            [*(facet.name for facet in known), *PARAMETERS, *besides], off=switched_off_facets()
        )
        if reader.problems:
            raise InvalidQuery(reader.problems)
        return query

    def to_params(self) -> QueryDict:
        """Return the query string that `from_params` reads as this; the same for equal queries."""
        params = QueryDict(mutable=True)
        for facet, values in sorted(self.tags.items()):
            params.setlist(facet, sorted(values))
        for name, value in self._others().items():
            params[name] = value
        if self.order is not Order.NEWEST:
            params["order"] = str(self.order)
        return params

    def toggle(self, facet: str, value: str) -> FaceQuery:
        """Return the query that asks for a value if this one does not, and otherwise not."""
        values = self.tags.get(facet, frozenset()) ^ {value}
        return replace(self, tags={**self.tags, facet: values})

    def ordered(self, order: Order) -> FaceQuery:
        """Return the query for the same faces in another order."""
        return replace(self, order=order)

    def without(self, name: str) -> FaceQuery:
        """Return the query that asks nothing of a facet, or of another parameter."""
        if name in PARAMETERS:
            unset: dict[str, Any] = {name: Order.NEWEST if name == "order" else None}
            return replace(self, **unset)
        return replace(self, tags={key: self.tags[key] for key in self.tags if key != name})

    def describe(self) -> tuple[Condition, ...]:
        """Return all that is asked for in words: facets in their order, then the rest."""
        tags = [
            Condition(facet.label, value.label, self.toggle(facet.name, value.name))
            for facet in facets()
            for value in facet.all_values
            if value.name in self.tags.get(facet.name, ())
        ]
        others = [
            Condition(_WORDS[name][0], _WORDS[name][1].format(value), self.without(name))
            for name, value in self._others().items()
        ]
        return (*tags, *others)

    def queryset(self, ignore: str | None = None) -> QuerySet[Face]:
        """Return the faces that are looked for, in order; `ignore` leaves one facet out."""
        return self.filter(Face.objects.all(), ignore=ignore)

    def filter(self, faces: QuerySet[Face], *, ignore: str | None = None) -> QuerySet[Face]:
        """Return those of some faces that are looked for, in order; never retired ones."""
        faces = faces.filter(self._condition(), retired_at=None)
        for facet, values in sorted(self.tags.items()):
            if facet != ignore:
                tagged = FaceTag.objects.filter(facet=facet, value__in=sorted(values))
                faces = faces.filter(pk__in=tagged.values("face_id"))
        return faces.order_by(*self.order.fields)

    def _others(self) -> dict[str, str]:
        """Return what is asked for besides facets, as in a query string."""
        values = {
            "min_quality": _plain(self.min_quality),
            "min_score": _plain(self.min_score),
            "since": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "asset": None if self.asset is None else str(self.asset),
        }
        return {name: value for name, value in values.items() if value is not None}

    def _condition(self) -> Q:
        """Return what is asked for besides facets."""
        condition = Q()
        if self.min_quality is not None:
            condition &= Q(quality_score__gte=self.min_quality)
        if self.min_score is not None:
            condition &= Q(score__gte=self.min_score)
        if self.since is not None:
            condition &= Q(asset__created_at__gte=datetime.combine(self.since, time.min, UTC))
        if self.until is not None:
            condition &= Q(asset__created_at__lte=datetime.combine(self.until, time.max, UTC))
        if self.asset is not None:
            condition &= Q(asset__uid=self.asset)
        return condition


_WORDS = {
    "min_quality": ("Quality", "{} or more"),
    "min_score": ("Detection", "{} or more"),
    "since": ("Stored since", "{}"),
    "until": ("Stored until", "{}"),
    "asset": ("Photo", "{}"),
}
# What may be asked besides facets, and so no name of a facet.
PARAMETERS = (*_WORDS, "order")


def _plain(number: float | None) -> str | None:
    return None if number is None else str(number).removesuffix(".0")
