"""Counts of a facet that has too many values for a row of bits each, such as names of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.index import Codes
from search.matching.open_values import number_values
from search.matching.planes import Planes, Words, unpack_bits


class ManyValues:
    """The tags of one facet by photo: each value once for a photo, and which faces have it."""

    def __init__(self, planes: Planes, codes: Codes) -> None:
        self.numbers = number_values(codes)
        """The number of each value; counts are in this order."""
        self._planes = planes
        of_slots = planes.in_slots(codes.codes).astype(np.intp) * unpack_bits(planes.all_faces)
        self._slots = np.flatnonzero(of_slots).astype(np.int32)
        tagged = of_slots[self._slots]
        photos = planes.photos_of_slots[self._slots]
        pairs, self._pair_of = np.unique(
            photos * (len(codes.values) + 1) + tagged, return_inverse=True
        )
        self._photo, self._code = np.divmod(pairs, len(codes.values) + 1)
        self._codes = tagged - 1
        self._code -= 1

    def tagged(self, codes: Sequence[int]) -> Words:
        """Return the faces that have one of some values, given by their codes."""
        found = np.zeros(self._planes.all_faces.size * 64, dtype=np.bool_)
        found[self._slots[np.isin(self._codes, np.array(codes) - 1)]] = True
        return self._planes.pack_slots(found)

    def count_faces(self, faces: Words) -> NDArray[np.int64]:
        """Return how many of some faces have each value."""
        return self._count(self._codes[self._has(faces)])

    def count_photos(self, faces: Words) -> NDArray[np.int64]:
        """Return how many photos have one of some faces with each value."""
        found = np.zeros(len(self._code), dtype=np.bool_)
        found[self._pair_of[self._has(faces)]] = True
        return self._count(self._code[found])

    def count_photos_of(self, photos: Words) -> NDArray[np.int64]:
        """Return how many of some photos have a face with each value."""
        return self._count(self._code[unpack_bits(photos)[self._photo]])

    def count_faces_beside(self, photos: Words) -> NDArray[np.int64]:
        """Return how many faces those photos have."""
        found = unpack_bits(photos)[self._photo]
        weights = self._planes.face_counts[self._photo[found]]
        return self._count(self._code[found], weights=weights)

    def _has(self, faces: Words) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = unpack_bits(faces)[self._slots]
        return found

    def _count(
        self, codes: NDArray[np.intp], weights: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        counts = np.bincount(codes, weights=weights, minlength=len(self.numbers))
        return counts.astype(np.int64, copy=False)
