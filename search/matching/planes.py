"""Bits of faces in an order in which they fold into bits of photos.

Photos are sorted by their number of faces, most first. Plane 0 has a bit for the first face of each
photo, plane 1 one for the second face of those that have two, and so on, each from a new word on.
The photos of a plane are the first ones of the plane before it, so bits of faces become bits of
photos, and the other way round, by whole words: no face is looked at alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]
"""Bits, 64 in each word of the last axis, the lowest first."""

_BITS = 64


class Planes:
    """The order of the faces of some photos, of each of which all faces are there."""

    def __init__(self, assets: NDArray[np.int64]) -> None:
        """Take the asset of each face."""
        by_photo = np.argsort(assets, kind="stable")
        in_order = assets[by_photo]
        starts = np.flatnonzero(np.diff(in_order, prepend=in_order[:1] - 1))
        rising = in_order[starts]
        counts = np.diff(starts, append=len(assets))
        most_first = np.argsort(-counts, kind="stable")
        self.rising: NDArray[np.int64] = rising
        """The photos' asset ids, sorted."""
        self.place: NDArray[np.intp] = np.empty_like(most_first)
        """The bit of each of them."""
        self.place[most_first] = np.arange(len(rising))
        self.photos: NDArray[np.int64] = rising[most_first]
        """The photos' asset ids in the order of their bits."""
        self.face_counts: NDArray[np.int64] = counts[most_first]
        """How many faces each of them has, falling."""
        ranks = np.arange(len(assets)) - np.repeat(starts, counts)
        # How many photos have more than 0, 1, 2 … faces.
        self._sizes = np.bincount(ranks).tolist() if len(assets) else []
        word_counts = [-(-size // _BITS) for size in self._sizes]
        self._begins = np.cumsum([0, *word_counts]).tolist()
        # Of group photos there are few: the last planes have one word each, and go by together.
        self._wide = [
            begin
            for begin, count in zip(self._begins[1:-1], word_counts[1:], strict=True)
            if count > 1
        ]
        self._tail = self._begins[len(self._wide) + 1] if self._sizes else 0
        slots = np.array(self._begins)[ranks] * _BITS + np.repeat(self.place, counts)
        filled = np.zeros(self._begins[-1] * _BITS, dtype=np.bool_)
        filled[slots] = True
        self._faces = np.zeros(len(filled), dtype=np.int32)
        self._faces[slots] = by_photo
        self.all_faces: Words = _pack(filled)
        self.all_photos: Words = self.all_faces[: self.photo_words]

    @property
    def photo_words(self) -> int:
        """How many words the bits of photos take."""
        return self._begins[1] if self._sizes else 0

    @property
    def photos_of_slots(self) -> NDArray[np.intp]:
        """The bit of the photo of each bit of a face; of bits between planes any."""
        sizes = np.diff(self._begins) * _BITS
        return np.arange(len(self._faces)) - np.repeat(np.array(self._begins[:-1]) * _BITS, sizes)

    def in_slots(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return a column, given in the order of `assets`, in that of the bits of faces."""
        return column[self._faces]

    def pack(self, faces: NDArray[np.bool_]) -> Words:
        """Return the bits of faces, given in the order of `assets`."""
        return self.pack_slots(faces[self._faces])

    def pack_slots(self, faces: NDArray[np.bool_]) -> Words:
        """Return the bits of faces, given in the order of the bits."""
        return _pack(faces) & self.all_faces

    def pack_codes(self, codes: NDArray[np.unsignedinteger], count: int) -> Words:
        """Return the bits of the faces that have each of the codes from 1 to `count`."""
        wanted = np.arange(1, count + 1, dtype=codes.dtype)[:, None]
        return _pack(codes[self._faces] == wanted) & self.all_faces

    def pack_photos(self, photos: NDArray[np.bool_]) -> Words:
        """Return the bits of photos, given in the order of their bits."""
        filled = np.zeros(self.photo_words * _BITS, dtype=np.bool_)
        filled[: len(photos)] = photos
        return _pack(filled)

    def find_photos(self, assets: NDArray[np.int64]) -> Words:
        """Return the bits of those of some assets, given as rising ids, that are here."""
        found = np.zeros(len(self.photos), dtype=np.bool_)
        if len(self.rising):
            # Mostly a segment has few of them, and an asset's faces are in few segments.
            begin, end = np.searchsorted(assets, (self.rising[0], self.rising[-1] + 1))
            window = assets[begin:end]
            places = np.searchsorted(self.rising, window)
            found[self.place[places[self.rising[places] == window]]] = True
        return self.pack_photos(found)

    def fold(self, faces: Words) -> Words:
        """Return the photos of some faces."""
        photos = faces[..., : self.photo_words].copy()
        for begin, end in self._later_planes():
            photos[..., : end - begin] |= faces[..., begin:end]
        if self._tail < faces.shape[-1]:
            photos[..., 0] |= np.bitwise_or.reduce(faces[..., self._tail :], axis=-1)
        return photos

    def spread(self, photos: Words) -> Words:
        """Return all faces of some photos."""
        faces = np.empty((*photos.shape[:-1], self._begins[-1]), dtype=np.uint64)
        faces[..., : self.photo_words] = photos
        for begin, end in self._later_planes():
            faces[..., begin:end] = photos[..., : end - begin]
        faces[..., self._tail :] = photos[..., :1]
        faces &= self.all_faces
        return faces

    def faces_of(self, faces: Words) -> NDArray[np.int32]:
        """Return the places of some faces in what was given."""
        return self._faces[_places(faces)]

    def slots_of(self, faces: Words) -> NDArray[np.intp]:
        """Return which bits are those of some faces."""
        return _places(faces)

    def faces_in(self, slots: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the places of the faces of some bits in what was given."""
        return self._faces[slots]

    def photos_of(self, photos: Words) -> NDArray[np.intp]:
        """Return the places of some photos in `photos`."""
        return _places(photos)

    def best(self, faces: Words, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return for each photo the largest number of some faces; −∞ where it has none of them.

        Numbers are in the order of the bits of faces.
        """
        chosen = np.where(unpack_bits(faces), numbers, np.float32(-np.inf))
        best: NDArray[np.float32] = chosen[: len(self.photos)].copy()
        for size, begin in zip(self._sizes[1:], self._begins[1:-1], strict=True):
            np.maximum(best[:size], chosen[begin * _BITS :][:size], out=best[:size])
        return best

    def _later_planes(self) -> Iterator[tuple[int, int]]:
        """Yield where the planes of several words begin and end, without plane 0."""
        ends = self._begins[2 : len(self._wide) + 2]
        return zip(self._wide, ends, strict=True)


def count_bits(words: Words) -> NDArray[np.int64]:
    """Return how many bits are set along the last axis."""
    counts: NDArray[np.int64] = np.bitwise_count(words).sum(axis=-1, dtype=np.int64)
    return counts


def _pack(bits: NDArray[np.bool_]) -> Words:
    packed: Words = np.packbits(bits, axis=-1, bitorder="little").view(np.dtype("<u8"))
    return packed


def unpack_bits(words: Words) -> NDArray[np.bool_]:
    """Return the bits of the last axis one by one."""
    return np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)


def _places(words: Words) -> NDArray[np.intp]:
    return np.flatnonzero(unpack_bits(words))
