"""The tags of some faces as bits, and what they count to, made once for each stored segment."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.index import Codes
from search.matching.many_values import ManyValues
from search.matching.planes import Planes, Words
from search.query.choices import Scope, Show

Label: TypeAlias = tuple[str, str]
"""A facet and a value of it."""

# A facet of more values is kept as codes: names of people are many, and few faces have each.
MOST_ROWS = 64


class Columns(Protocol):
    """Some faces as columns, all of the same length."""

    @property
    def ids(self) -> NDArray[np.int64]: ...
    @property
    def assets(self) -> NDArray[np.int64]: ...
    @property
    def positions(self) -> NDArray[np.uint16]: ...
    @property
    def numbers(self) -> Mapping[str, NDArray[Any]]: ...
    @property
    def codes(self) -> Mapping[str, Codes]: ...


@dataclass(frozen=True, slots=True, eq=False)
class PartCounts:
    """How often values are found among some photos of a layout."""

    photos: Words
    rows: NDArray[np.int64]
    """Of each row of the layout."""
    many: Mapping[str, NDArray[np.int64]]
    """Facet of many values → of each of them."""


class Layout:
    """The planes of some faces and a row of bits for each value of each facet.

    Does not keep the columns alive.
    """

    def __init__(self, columns: Columns) -> None:
        self.planes = Planes(columns.assets)
        narrow = {
            facet: codes
            for facet, codes in sorted(columns.codes.items())
            if len(codes.values) <= MOST_ROWS
        }
        self.labels: tuple[Label, ...] = tuple(
            (facet, value) for facet, codes in narrow.items() for value in codes.values
        )
        """Of each row; the rows of a facet are neighbours."""
        ends = np.cumsum([len(codes.values) for codes in narrow.values()]).tolist()
        self.rows_of: Mapping[str, slice] = {
            facet: slice(end - len(codes.values), end)
            for (facet, codes), end in zip(narrow.items(), ends, strict=True)
        }
        """Facet → its rows, but for those of many values."""
        self.faces: Words = np.concatenate(
            [
                np.empty((0, len(self.planes.all_faces)), dtype=np.uint64),
                *(
                    self.planes.pack_codes(codes.codes, len(codes.values))
                    for codes in narrow.values()
                ),
            ]
        )
        """(rows, words): the faces with each value."""

        self.many: Mapping[str, ManyValues] = {
            facet: ManyValues(self.planes, codes)
            for facet, codes in columns.codes.items()
            if facet not in narrow
        }
        """Facet of many values → these."""
        self.kept: dict[tuple[Scope, Show], PartCounts] = {}
        """What everything counts to, of the photos that counted last."""
        self._numbers: dict[str, NDArray[Any]] = {}

    def numbers(self, columns: Columns, name: str) -> NDArray[Any]:
        """Return a number of each face in the order of the planes' bits, kept from then on."""
        if name not in self._numbers:
            self._numbers[name] = self.planes.in_slots(columns.numbers[name])
        return self._numbers[name]

    @cached_property
    def photos(self) -> Words:
        """(rows, words of photos): the photos of which some face has each value."""
        return self.planes.fold(self.faces)

    def tagged(self, columns: Columns, facet: str, values: Collection[str]) -> Words:
        """Return the faces that have one of some values of a facet."""
        if facet in self.rows_of:
            rows = self.rows_of[facet]
            wanted = [row for row in range(rows.start, rows.stop) if self.labels[row][1] in values]
            found: Words = np.bitwise_or.reduce(self.faces[wanted], axis=0)
            return found
        codes = columns.codes.get(facet)
        wanted = [] if codes is None else [code for value in values if (code := codes.code(value))]
        if not wanted:
            return np.zeros_like(self.planes.all_faces)
        return self.many[facet].tagged(wanted)


_kept: dict[int, Layout] = {}


def layout_of(columns: Columns) -> Layout:
    """Return the layout of some columns, made at the first call and kept as long as their ids."""
    key = id(columns.ids)
    layout = _kept.get(key)
    if layout is None:
        # Two threads may both make it: they come out the same.
        layout = _kept[key] = Layout(columns)
        weakref.finalize(columns.ids, _kept.pop, key, None)
    return layout
