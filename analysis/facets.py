"""Facets: what people filter faces by, declared once and made of what the nets said.

`facets()` is all of them: those of the manifest, then those of every source that was added with
`add_facet_source`. Custom tags are such a source: their app code subclasses Facet with
`custom=True`, overrides `derive_all` (which gets whole faces, so embeddings too) and calls
`add_facet_source(its_function)` once, from `AnalysisConfig.ready`. Nothing else has to know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analysis import nets
from analysis.facet_specs import UNSURE, FacetSpec, default_label
from analysis.models import Face
from analysis.pipeline.types import Reading
from analysis.thresholds.known import known_thresholds
from dam.errors import DamError

__all__ = [
    "UNSURE",
    "Facet",
    "Tag",
    "UnknownFacet",
    "Value",
    "add_facet_source",
    "facets",
    "find_facet",
]

FacetSource: TypeAlias = Callable[[], Iterable["Facet"]]

_sources: list[FacetSource] = []


class UnknownFacet(DamError):
    """There is no facet of that name."""

    code = "unknown_facet"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no facet {name!r}.")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet: its name in addresses and REST, and what people see."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Tag:
    """What a model says of one face: the value of one facet."""

    facet: str
    value: str
    score: float | None
    """Probability of `dominant`, 0 to 1; None where the reading is a number."""
    dominant: str
    """The likeliest value, also where it is not likely enough and `value` is "unsure"."""


@dataclass(frozen=True)
class Facet:
    """What people filter by: a reading of probabilities, a number in bins, or a custom tag."""

    name: str
    label: str
    values: tuple[Value, ...]
    """In order of display, without "unsure"."""
    reading: str = ""
    """The reading that it is made of; empty for one that is made of embeddings."""
    min_score: float | None = None
    """A top probability under it gives "unsure"; None where that never happens."""
    ends: tuple[float, ...] = ()
    """Of a number in bins: where all bins but the last one end, rising."""
    is_number: bool = False
    custom: bool = False
    open: bool = False
    """Its values are what people write, such as names, also with commas; `values` is empty."""

    def accept(self, value: str) -> str | None:
        """Return what is stored for a value that a person gives; None if it cannot be that."""
        return value if any(value == one.name for one in self.all_values) else None

    @property
    def all_values(self) -> tuple[Value, ...]:
        """The values, and "unsure" where the facet can be that."""
        if self.min_score is None:
            return self.values
        return (*self.values, Value(UNSURE, default_label(UNSURE)))

    def label_of(self, value: str) -> str:
        """Return what people see of a value, even of one that is not the facet's any more."""
        if self.open:
            return value
        return next((v.label for v in self.all_values if v.name == value), default_label(value))

    def derive(self, readings: Mapping[str, Reading]) -> Tag | None:
        """Return what a face's readings say; None if they say nothing that fits this facet."""
        reading = readings.get(self.reading)
        if reading is None or isinstance(reading, Mapping) == self.is_number:
            return None
        if isinstance(reading, Mapping):
            return self._likeliest(reading)
        bin_index = sum(reading >= end for end in self.ends)
        value = self.values[bin_index].name
        return Tag(self.name, value=value, score=None, dominant=value)

    def derive_all(self, faces: Sequence[Face]) -> list[Tag | None]:
        """Return what models say of each face, in their order."""
        return [self.derive(face.readings) for face in faces]

    def _likeliest(self, reading: Mapping[str, float]) -> Tag | None:
        known = [value.name for value in self.values if value.name in reading]
        # A reading with other labels is by a net of other times.
        if len(known) != len(reading) or not known:
            return None
        dominant = max(known, key=lambda name: reading[name])
        score = float(reading[dominant])
        is_sure = self.min_score is None or score >= self.min_score
        return Tag(self.name, dominant if is_sure else UNSURE, score=score, dominant=dominant)


def facets() -> tuple[Facet, ...]:
    """Return all facets: the manifest's in its order, then those of every source."""
    changed = known_thresholds.values()
    declared = [_from_spec(spec, changed.get(spec.name)) for spec in nets.current_manifest().facets]
    names = {facet.name for facet in declared}
    others = (facet for source in _sources for facet in source() if facet.name not in names)
    return (*declared, *others)


def find_facet(name: str) -> Facet:
    """Return the facet of that name; raise UnknownFacet."""
    for facet in facets():
        if facet.name == name:
            return facet
    raise UnknownFacet(name)


def add_facet_source(source: FacetSource) -> None:
    """Let `facets()` end with what a function returns; adding it again changes nothing.

    It is called each time, so it should do one query at most. Its facets' names must not be in
    `facet_specs.RESERVED_NAMES`; one that the manifest declares, too, is left out.
    """
    if source not in _sources:
        _sources.append(source)


def _from_spec(spec: FacetSpec, min_score: float | None) -> Facet:
    return Facet(
        name=spec.name,
        label=spec.label,
        values=tuple(Value(value.name, value.label) for value in spec.values),
        reading=spec.reading,
        # One that cannot be unsure stays so, whatever was set when it could.
        min_score=spec.min_score if None in (spec.min_score, min_score) else min_score,
        ends=tuple(value.below for value in spec.values if value.below is not None),
        is_number=spec.is_number,
    )
