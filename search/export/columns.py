"""What each row of an export tells of a face: fixed columns, numeric readings, facets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TypeAlias

from analysis.facets import facets
from analysis.models import Face, FaceTag
from analysis.nets import current_manifest

Cell: TypeAlias = str | float | None
Tags: TypeAlias = Mapping[str, FaceTag]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and what it shows of a face and its tags by facet."""

    name: str
    cell: Callable[[Face, Tags], Cell]


def columns() -> tuple[Column, ...]:
    """Return all columns. Names of facets have no dot and are never "face" or "asset"."""
    return (*_FIXED, *_reading_columns(), *_facet_columns())


def _reading_columns() -> list[Column]:
    """Return a column for each reading that is a number."""
    readings = (reading for net in current_manifest().nets for reading in net.readings)
    return [
        Column(f"face.reading.{reading.name}", partial(_number, name=reading.name))
        for reading in readings
        if not reading.labels
    ]


def _facet_columns() -> list[Column]:
    """Return value, score and source for each facet."""
    kinds = (("", _value), (".score", _score), (".source", _source))
    return [
        Column(f"{facet.name}{ending}", partial(cell, facet=facet.name))
        for facet in facets()
        for ending, cell in kinds
    ]


def _number(face: Face, tags: Tags, *, name: str) -> Cell:  # noqa: ARG001
    reading = face.readings.get(name)
    return round(reading, 2) if isinstance(reading, (int, float)) else None


def _value(face: Face, tags: Tags, *, facet: str) -> Cell:  # noqa: ARG001
    return tags[facet].value if facet in tags else None


def _score(face: Face, tags: Tags, *, facet: str) -> Cell:  # noqa: ARG001
    score = tags[facet].score if facet in tags else None
    return None if score is None else round(score, 4)


def _source(face: Face, tags: Tags, *, facet: str) -> Cell:  # noqa: ARG001
    return tags[facet].source if facet in tags else None


def _rounded(name: str, field: str, *, digits: int = 2) -> Column:
    number = attrgetter(field)
    return Column(name, lambda face, _: round(number(face), digits))


_QUALITIES = ("noise", "blur", "fnf", "glass", "mask", "illumination", "pose")
_FIXED = (
    Column("face.uid", lambda face, _: str(face.uid)),
    Column("asset.uid", lambda face, _: str(face.asset.uid)),
    Column("asset.name", lambda face, _: face.asset.name),
    *(_rounded(f"face.{side}", side) for side in ("left", "top", "width", "height")),
    _rounded("face.score", "score", digits=4),
    _rounded("face.quality", "quality_score"),
    *(_rounded(f"face.quality.{name}", f"quality_{name}") for name in _QUALITIES),
)
