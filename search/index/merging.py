"""Makes one segment of several, without the rows that no longer hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from search.index.segments import Codes, Ids, Mask, Segment, empty_segment


def members(ids: Ids, of: Ids) -> Mask:
    """Return for each of rising ids whether it is one of some other rising ids."""
    mask = np.zeros(len(ids), dtype=np.bool_)
    places = np.searchsorted(ids, of)
    inside = places < len(ids)
    places, of = places[inside], of[inside]
    mask[places[ids[places] == of]] = True
    return mask


def without(segment: Segment, face_ids: Ids) -> Segment:
    """Return a segment less some faces, given by rising ids; the same one if it has none."""
    return only(segment, ~members(segment.ids, face_ids))


def only(segment: Segment, mask: Mask) -> Segment:
    """Return a segment's rows of which the mask says so; the same one if those are all."""
    if mask.all():
        return segment
    rows = np.flatnonzero(mask)
    coded = {
        name: code_texts(codes.values, codes.codes[rows]) for name, codes in segment.codes.items()
    }
    codes = {name: codes for name, codes in coded.items() if codes.values}
    return untagged(segment, mask).with_codes(MappingProxyType(codes))


def untagged(segment: Segment, mask: Mask) -> Segment:
    """Return a segment's rows of which the mask says so, without their tags."""
    rows = np.flatnonzero(mask)
    return Segment(
        ids=frozen(segment.ids[rows]),
        assets=frozen(segment.assets[rows]),
        positions=frozen(segment.positions[rows]),
        numbers=MappingProxyType(
            {name: frozen(column[rows]) for name, column in segment.numbers.items()}
        ),
        codes=MappingProxyType({}),
        nets=code_texts(segment.nets.values, segment.nets.codes[rows]),
        sketches=frozen(segment.sketches[rows]),
    )


def merge(*segments: Segment) -> Segment:
    """Return the rows of segments that share no face and leave out none, as one."""
    parts = [segment for segment in segments if len(segment)]
    if len(parts) < 2:
        return parts[0] if parts else empty_segment()
    ids = np.concatenate([part.ids for part in parts])
    order = np.argsort(ids, kind="stable")

    def joined(arrays: Iterable[NDArray]) -> NDArray:
        return frozen(np.concatenate(list(arrays))[order])

    facets = sorted({name for part in parts for name in part.codes})
    return Segment(
        ids=frozen(ids[order]),
        assets=joined(part.assets for part in parts),
        positions=joined(part.positions for part in parts),
        numbers=MappingProxyType(
            {name: joined(part.numbers[name] for part in parts) for name in parts[0].numbers}
        ),
        codes=MappingProxyType(
            {name: _join_codes([_codes(part, name) for part in parts], order) for name in facets}
        ),
        nets=_join_codes([part.nets for part in parts], order),
        sketches=joined(part.sketches for part in parts),
    )


def code_texts(values: Sequence[str], codes: NDArray[np.integer]) -> Codes:
    """Return codes (i for `values[i - 1]`) with the unused values left out and the rest rising."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(values) + 1)[1:])
    kept = sorted(int(place) for place in used)
    kept.sort(key=values.__getitem__)
    renamed = np.zeros(len(values) + 1, dtype=_smallest(len(kept)))
    renamed[np.array(kept, dtype=np.intp) + 1] = np.arange(1, len(kept) + 1)
    return Codes(tuple(values[place] for place in kept), frozen(renamed[codes]))


def frozen(array: NDArray) -> NDArray:
    array.flags.writeable = False
    return array


def _join_codes(parts: Sequence[Codes], order: NDArray[np.intp]) -> Codes:
    values = sorted({value for part in parts for value in part.values})
    places = {value: place for place, value in enumerate(values, start=1)}
    renamed = [
        np.array([0, *(places[value] for value in part.values)], dtype=_smallest(len(values)))[
            part.codes
        ]
        for part in parts
    ]
    return Codes(tuple(values), frozen(np.concatenate(renamed)[order]))


def _codes(segment: Segment, facet: str) -> Codes:
    return segment.codes.get(facet) or Codes((), np.zeros(len(segment), dtype=np.uint8))


def _smallest(highest: int) -> np.dtype[np.unsignedinteger]:
    return np.min_scalar_type(highest)
