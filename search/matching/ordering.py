"""What faces and photos are sorted by, in each order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.matching.conditions import PartMatches
from search.query import Order
from search.query.ranges import Range

# Orders by a number of the face, the largest first; the others are by asset.
NUMBERS = {Order.QUALITY: "quality", Order.SIZE: "size"}
# In those orders photos without faces come last: the key of any other is 0 or less.
LAST = 1.0
EVERYTHING = Range()


@dataclass(frozen=True, slots=True, eq=False)
class Keyed:
    """Faces or photos and their keys: the lowest `first` comes first, then the lowest `second`."""

    ids: NDArray[np.int64]
    first: NDArray[Any]
    """int64, or float32 in an order by a number."""
    second: NDArray[np.int64]
    """Together with the first no two have the same."""

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Any) -> Keyed:
        return Keyed(self.ids[rows], self.first[rows], self.second[rows])

    def turned(self) -> Keyed:
        """Return the same for the opposite order."""
        return Keyed(self.ids, -self.first, -self.second)

    def ordered(self) -> Keyed:
        return self[np.lexsort((self.second, self.first))]


def keyed_faces(matches: PartMatches, order: Order, numbers: Range = EVERYTHING) -> Keyed:
    """Return the faces that are asked for: the largest of a photo first, where it decides.

    In an order by a number only those with a number in a range.
    """
    columns, planes = matches.part.columns, matches.part.layout.planes
    slots = planes.slots_of(matches.faces())
    if order in NUMBERS:
        found = matches.part.layout.numbers(columns, NUMBERS[order])[slots]
        if numbers:
            kept = numbers.holds(found)
            slots, found = slots[kept], found[kept]
        ids = columns.ids[planes.faces_in(slots)]
        return Keyed(ids, -found, -ids)
    rows = planes.faces_in(slots)
    assets = columns.assets[rows]
    first = assets if order is Order.OLDEST else -assets
    return Keyed(columns.ids[rows], first, columns.positions[rows].astype(np.int64))


def keyed_photos(matches: PartMatches, order: Order, numbers: Range = EVERYTHING) -> Keyed:
    """Return the photos that are asked for; a number is the largest of those of its faces found.

    In an order by a number only those with a number in a range.
    """
    planes = matches.part.layout.planes
    places = planes.photos_of(matches.photos())
    ids = planes.photos[places]
    if order in NUMBERS:
        of_faces = matches.part.layout.numbers(matches.part.columns, NUMBERS[order])
        best = planes.best(matches.faces(), of_faces)[places]
        kept = numbers.holds(best)
        return Keyed(ids, -best, -ids)[kept]
    first = ids if order is Order.OLDEST else -ids
    return Keyed(ids, first, np.zeros_like(ids))


def keyed_faceless(ids: NDArray[np.int64], order: Order) -> Keyed:
    """Return photos without faces."""
    if order in NUMBERS:
        return Keyed(ids, np.full(len(ids), LAST, dtype=np.float32), -ids)
    return Keyed(ids, ids if order is Order.OLDEST else -ids, np.zeros_like(ids))


def join(pieces: Iterable[Keyed], order: Order) -> Keyed:
    """Return all of several pieces, unsorted."""
    some = [piece for piece in pieces if len(piece)]
    if not some:
        return keyed_faceless(np.empty(0, dtype=np.int64), order)
    return Keyed(
        np.concatenate([piece.ids for piece in some]),
        np.concatenate([piece.first for piece in some]),
        np.concatenate([piece.second for piece in some]),
    )
