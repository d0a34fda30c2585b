"""What faces and photos are sorted by, in each order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.conditions import PartMatches
from search.query import Order

# Orders by a number of the face, the largest first; the others are by asset.
NUMBERS = {Order.QUALITY: "quality", Order.SIZE: "size"}
# In those orders photos without faces come last: the key of any other is 0 or less.
LAST = 1.0


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


def keyed_faces(matches: PartMatches, order: Order) -> Keyed:
    """Return the faces that are asked for: the largest of a photo first, where it decides."""
    columns = matches.part.columns
    rows = matches.part.layout.planes.faces_of(matches.faces())
    ids = columns.ids[rows]
    if order in NUMBERS:
        return Keyed(ids, -columns.numbers[NUMBERS[order]][rows], -ids)
    assets = columns.assets[rows]
    first = assets if order is Order.OLDEST else -assets
    return Keyed(ids, first, columns.positions[rows].astype(np.int64))


def keyed_photos(matches: PartMatches, order: Order) -> Keyed:
    """Return the photos that are asked for; a number is the largest of those of its faces found."""
    planes = matches.part.layout.planes
    places = planes.photos_of(matches.photos())
    ids = planes.photos[places]
    if order in NUMBERS:
        numbers = matches.part.layout.numbers(matches.part.columns, NUMBERS[order])
        return Keyed(ids, -planes.best(matches.faces(), numbers)[places], -ids)
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
