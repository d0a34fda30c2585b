"""Faces as columns: what the index consists of, in memory. All of it is immutable."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.index.sketches import SKETCH_WORDS, Sketches

Ids: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

FLOATS = ("quality", "score", "age", "size")


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """One text for each row, or none."""

    values: tuple[str, ...]
    """Rising; each is some row's."""
    codes: NDArray[np.unsignedinteger]
    """(n,) of the smallest type that holds them: 0 is none, i is `values[i - 1]`."""

    def code(self, value: str) -> int:
        """Return the code of a value, 0 where no row has it."""
        place = bisect_left(self.values, value)
        found = place < len(self.values) and self.values[place] == value
        return place + 1 if found else 0


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Some faces; arrays of length n, read-only, in the order of `ids`."""

    ids: Ids
    """Of the faces, rising."""
    assets: Ids
    positions: NDArray[np.uint16]
    numbers: Mapping[str, NDArray[np.float32] | NDArray[np.int64]]
    """FLOATS as float32, NaN where there is none: quality and score as in the face's row, age in
    years, size the shorter side of the box in pixels; `stored`, when its asset was, in seconds
    since 1970, as int64."""
    codes: Mapping[str, Codes]
    """Facet → its tags, for each facet that some row has a tag of, declared or not."""
    nets: Codes
    """Of the embeddings."""
    sketches: Sketches
    """(n, 16)."""
    present: Mask | None = None
    """The rows that count; None where all do. Others were changed since and are in another segment
    of the snapshot, or are gone."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def count(self) -> int:
        """How many rows count."""
        return len(self) if self.present is None else int(np.count_nonzero(self.present))

    def present_mask(self) -> Mask:
        """Return for each row whether it counts."""
        return np.ones(len(self), dtype=np.bool_) if self.present is None else self.present

    def with_present(self, present: Mask) -> Segment:
        """Return the same columns with other rows that count."""
        return replace(self, present=present)

    def with_codes(self, codes: Mapping[str, Codes]) -> Segment:
        """Return the same rows with other tags."""
        return replace(self, codes=codes)

    @property
    def memory_bytes(self) -> int:
        """What its arrays take; what it shares with another segment counts in both."""
        arrays: list[NDArray] = [
            self.ids,
            self.assets,
            self.positions,
            self.sketches,
            self.nets.codes,
        ]
        arrays += [*self.numbers.values(), *(codes.codes for codes in self.codes.values())]
        return sum(array.nbytes for array in arrays)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All present faces at one moment. The same object as long as nothing changes."""

    segments: tuple[Segment, ...]
    """Each present face counts in exactly one of them; ids rise in each, but not over all."""

    @cached_property
    def count(self) -> int:
        """How many faces there are."""
        return sum(segment.count for segment in self.segments)


def empty_segment() -> Segment:
    """Return a segment without rows."""
    none = np.empty(0, dtype=np.int64)
    floats: dict[str, NDArray[np.float32]] = {name: none.astype(np.float32) for name in FLOATS}
    return Segment(
        ids=none,
        assets=none,
        positions=none.astype(np.uint16),
        numbers=MappingProxyType({**floats, "stored": none}),
        codes=MappingProxyType({}),
        nets=Codes((), none.astype(np.uint8)),
        sketches=np.empty((0, SKETCH_WORDS), dtype="<u8"),
    )
