"""The form beside similar faces: filters and limits, as fields of a query string."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from analysis.facets import Facet, facets
from search.query import Condition
from search.query.parameters import plain_number
from search.similarity.options import Options
from search.similarity.pages import Looked

_LIMITS = (24, 60, 100, 200, 500, 1000)
_SHOWN_NAMES = ("min_probability", "min_similarity", "min_quality", "limit")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen in a list."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetField:
    """A facet with its values as boxes to check."""

    name: str
    label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        return sum(choice.chosen for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    text: str
    rest: str


class FilterForm:
    """What the form shows of a page's state, and what it keeps unseen."""

    def __init__(self, looked: Looked) -> None:
        self._looked = looked
        self._options = looked.options
        self.action = looked.path

    @cached_property
    def facets(self) -> tuple[FacetField, ...]:
        """Facets whose values are known; what people write is kept unseen."""
        return tuple(self._field(facet) for facet in facets() if not facet.open)

    @property
    def hidden(self) -> Iterator[tuple[str, str]]:
        """Names and values that the form keeps, but does not show."""
        shown = {*_SHOWN_NAMES, *(field.name for field in self.facets)}
        for name, values in self._looked.to_params().lists():
            if name not in shown:
                yield from ((name, value) for value in values)

    @property
    def min_probability(self) -> str:
        value = self._options.limits.min_probability
        return "" if value is None else plain_number(value)

    @property
    def limits(self) -> tuple[Choice, ...]:
        count = self._options.limits.count
        counts = sorted({*_LIMITS, count})
        return tuple(Choice(str(one), f"{one} faces", one == count) for one in counts)

    @property
    def min_similarity(self) -> str:
        value = self._options.limits.min_similarity
        return "" if value is None else plain_number(value)

    @property
    def min_quality(self) -> str:
        value: str = self._options.query.to_params().get("min_quality", "")
        return value

    @cached_property
    def chips(self) -> tuple[Chip, ...]:
        """All filters that are on."""
        return tuple(map(self._chip, self._options.query.describe()))

    @property
    def unfiltered(self) -> str:
        """The address without filters and limits, with the same examples."""
        return self._looked.with_options(Options.nothing(self._options.limits.count)).address

    def _field(self, facet: Facet) -> FacetField:
        chosen = self._options.query.tags.get(facet.name, frozenset())
        return FacetField(
            facet.name,
            facet.label,
            tuple(
                Choice(value.name, value.label, value.name in chosen) for value in facet.all_values
            ),
        )

    def _chip(self, condition: Condition) -> Chip:
        rest = self._looked.with_query(condition.rest)
        return Chip(condition.label, condition.text, rest.address)
