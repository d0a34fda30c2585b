"""The faces that are compared: those of a query that have an embedding of one net."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.index import Mask, Segment
from search.index.segments import Ids

Rows: TypeAlias = NDArray[np.intp] | None
"""Rising rows of a segment; None stands for all of them."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Faces by segment of a snapshot."""

    parts: tuple[tuple[Segment, Rows], ...]
    library: int
    """How many present faces there are, whatever is asked of them."""
    left_out: tuple[int, ...] = ()
    """Ids of the faces that were left out."""
    is_all: bool = False
    """Whether these are all faces that have an embedding of the net, but for those left out."""

    @classmethod
    def choose(
        cls,
        parts: Iterable[tuple[Segment, Rows]],
        *,
        library: int,
        embedding_net: str,
        left_out: Collection[int],
        is_all: bool = False,
    ) -> Candidates:
        """Take those of some faces that have an embedding of a net; leave some ids out."""
        gone = np.array(sorted(left_out), dtype=np.int64)
        chosen = (
            (segment, _without(segment, _of_net(segment, rows, embedding_net), gone))
            for segment, rows in parts
        )
        kept = tuple((segment, rows) for segment, rows in chosen if rows is None or len(rows))
        return cls(kept, library, tuple(left_out), is_all)

    @cached_property
    def count(self) -> int:
        return sum(len(segment) if rows is None else len(rows) for segment, rows in self.parts)

    @cached_property
    def ids(self) -> Ids:
        """All of their ids, in no order."""
        parts = [segment.ids if rows is None else segment.ids[rows] for segment, rows in self.parts]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def contain(self, ids: Ids) -> Mask:
        """Tell of each face whether it is one of them."""
        found = np.zeros(len(ids), dtype=np.bool_)
        for segment, rows in self.parts:
            among = segment.ids if rows is None else segment.ids[rows]
            places = np.minimum(np.searchsorted(among, ids), len(among) - 1)
            found |= among[places] == ids
        return found


def _of_net(segment: Segment, rows: Rows, net: str) -> Rows:
    nets = segment.nets
    # Every face has a net, so where there is one only it is that of all.
    if nets.values == (net,):
        return rows
    fitting = nets.codes == nets.code(net) if net in nets.values else np.zeros(len(segment), bool)
    return np.flatnonzero(fitting) if rows is None else rows[fitting[rows]]


def _without(segment: Segment, rows: Rows, gone: Ids) -> Rows:
    places = np.searchsorted(segment.ids, gone)
    inside = places < len(segment)
    places = places[inside]
    places = places[segment.ids[places] == gone[inside]]
    if not len(places):
        return rows
    if rows is None:
        return np.delete(np.arange(len(segment)), places)
    # numpy's set operations would look for duplicates first, which takes ten times as long.
    found = np.searchsorted(rows, places)
    found = found[found < len(rows)]
    return np.delete(rows, found[np.isin(rows[found], places)])
