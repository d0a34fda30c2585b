"""A snapshot of the index as parts, none of which shares a photo with another.

Whatever is asked of a photo can then be answered in one part. Photos with faces in several segments
(where a segment ends, or where a face was found later), and those of which a face has changed since
its segment was stored, are gathered: few among all.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.index import Segment, Snapshot
from search.matching.gathering import Gathered, gather
from search.matching.layout import Columns, Layout, layout_of
from search.matching.planes import Words

# The faces of a smaller segment are gathered, all of them.
FEWEST = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some faces, and those of their photos that count."""

    columns: Columns
    layout: Layout
    photos: Words
    """Each of them is here with all of its faces, and in no other part."""
    segment: int | None
    """The place in the snapshot of the segment whose columns these are; None if gathered."""


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """What does not depend on which faces were marked: large segments and what they share."""

    layouts: tuple[Layout, ...]
    photos: tuple[Words, ...]
    """Of each segment, less those that are in another one, too."""
    shared: Part


def parts_of(snapshot: Snapshot) -> tuple[Part, ...]:
    """Return the parts of a snapshot; the same ones each time."""
    parts = _parts.get(snapshot)
    if parts is None:
        parts = _parts[snapshot] = _divide(snapshot.segments)
    return parts


_parts: weakref.WeakKeyDictionary[Snapshot, tuple[Part, ...]] = weakref.WeakKeyDictionary()
_last_base: list[_Base] = []


def _divide(segments: Sequence[Segment]) -> tuple[Part, ...]:
    large = [place for place, segment in enumerate(segments) if len(segment) >= FEWEST]
    small = [place for place, segment in enumerate(segments) if 0 < len(segment) < FEWEST]
    base = _base(segments, large)
    moved = _moved(segments, large, small)
    rows: dict[int, NDArray[np.int32]] = {
        place: np.flatnonzero(segments[place].present_mask()).astype(np.int32) for place in small
    }
    parts = []
    for place, layout, photos in zip(large, base.layouts, base.photos, strict=True):
        found = layout.planes.find_photos(moved)
        parts.append(Part(segments[place], layout, photos & ~found, segment=place))
        if found.any():
            taken = layout.planes.faces_of(layout.planes.spread(found))
            mask = segments[place].present_mask()
            rows[place] = taken[mask[taken]]
    shared, layout = base.shared, base.shared.layout
    photos = shared.photos & ~layout.planes.find_photos(moved)
    parts.append(Part(shared.columns, layout, photos, segment=None))
    parts.append(_part(gather(segments, rows)))
    return tuple(part for part in parts if part.photos.any())


def _moved(segments: Sequence[Segment], large: list[int], small: list[int]) -> NDArray[np.int64]:
    """Return the photos with a face that does not count where it is stored, or in a small one."""
    assets = [segments[place].assets for place in small]
    for place in large:
        if segments[place].present is not None:
            assets.append(segments[place].assets[~segments[place].present_mask()])
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *assets]))


def _base(segments: Sequence[Segment], large: list[int]) -> _Base:
    """Return the base of the large segments; that of the last call where they are the same."""
    layouts = tuple(layout_of(segments[place]) for place in large)
    if _last_base and _last_base[0].layouts == layouts:
        return _last_base[0]
    # Sorted runs one after the other, mostly sorted as a whole, too: the stable sort finds that.
    photos = np.sort(
        np.concatenate([np.empty(0, dtype=np.int64), *(one.planes.rising for one in layouts)]),
        kind="stable",
    )
    shared = np.unique(photos[1:][photos[1:] == photos[:-1]])
    found = [layout.planes.find_photos(shared) for layout in layouts]
    rows = {
        place: layout.planes.faces_of(layout.planes.spread(bits))
        for place, layout, bits in zip(large, layouts, found, strict=True)
        if bits.any()
    }
    base = _Base(
        layouts,
        tuple(
            layout.planes.all_photos & ~bits for layout, bits in zip(layouts, found, strict=True)
        ),
        _part(gather(segments, rows)),
    )
    _last_base[:] = [base]
    return base


def _part(gathered: Gathered) -> Part:
    layout = Layout(gathered)
    return Part(gathered, layout, layout.planes.all_photos, segment=None)
