"""Finds likely neighbours by the signs of embeddings, 1,024 bits a face, in memory.

The share of bits in which two embeddings differ estimates the angle between them (Charikar,
"Similarity estimation techniques from rounding algorithms", 2002). Where candidates are many, a
quarter of the bits chooses those of which all are compared.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from search.index import Segment
from search.index.segments import Ids
from search.index.sketches import Sketches
from search.similarity.candidates import Candidates, Rows

Distances = NDArray[np.uint16]
Beginnings = NDArray[np.uint64]

# Rows for which what is calculated on the way stays in the processor's cache.
_ROWS = 4096
_LOW_BYTES = np.uint64(0x00FF00FF00FF00FF)
_ONES = np.uint64(0x0001000100010001)
# Words of the beginning: at most 4, or the number of their bits does not fit into a byte.
_BEGIN_WORDS = 4
# By their beginnings so many candidates are kept for each that is wanted.
_KEPT_BY_BEGINNING = 50
# With fewer of a segment's rows these are picked before they are compared, not after.
_LEAST_COMPARED = 0.125
_SAMPLE_STEP = 16


def sketch_distances(sketches: Sketches, sketch: Sketches) -> Distances:
    """Return in how many bits each of n × 16 sketches differs from one, 0 to 1,024."""
    distances = np.empty(len(sketches), np.uint16)
    differing = np.empty((_ROWS, sketches.shape[1]), np.uint64)
    counts = np.empty(differing.shape, np.uint8)
    for start in range(0, len(sketches), _ROWS):
        rows = sketches[start : start + _ROWS]
        some = counts[: len(rows)]
        np.bitwise_count(np.bitwise_xor(rows, sketch, out=differing[: len(rows)]), out=some)
        distances[start : start + len(rows)] = _sum_rows(some)
    return distances


def nearest_by_sketch(candidates: Candidates, sketch: Sketches, *, count: int) -> Ids:
    """Return the ids of `count` faces, or all, whose sketches differ least, in no order.

    Among many some are missed that are not much nearer than the others, and where several at the
    border are equally far, some of them are taken.
    """
    if candidates.count <= count:
        return candidates.ids
    parts: Iterable[tuple[Segment, Rows]] = candidates.parts
    if candidates.count > 2 * _KEPT_BY_BEGINNING * count:
        parts = _nearest_by_beginning(candidates, sketch, count=_KEPT_BY_BEGINNING * count)
    found = [(_ids(segment, rows), _distances(segment, rows, sketch)) for segment, rows in parts]
    ids = np.concatenate([part for part, _ in found])
    distances = np.concatenate([part for _, part in found])
    return ids if len(ids) <= count else ids[_smallest(distances, count)]


def _nearest_by_beginning(
    candidates: Candidates, sketch: Sketches, *, count: int
) -> list[tuple[Segment, Rows]]:
    """Return about `count` of the candidates, those whose sketches begin most alike."""
    compared = [
        (segment, rows, _compare_beginnings(segment, rows, sketch))
        for segment, rows in candidates.parts
    ]
    sample = np.concatenate([distances[::_SAMPLE_STEP] for _, _, distances in compared])
    place = len(sample) * count // candidates.count
    farthest = np.partition(sample, place)[place]
    kept: list[tuple[Segment, Rows]] = []
    for segment, rows, distances in compared:
        near = np.flatnonzero(distances <= farthest)
        kept.append((segment, near if rows is None else rows[near]))
    return kept


def _compare_beginnings(segment: Segment, rows: Rows, sketch: Sketches) -> NDArray[np.uint8]:
    """Return in how many bits the beginnings of some rows differ from that of a sketch.

    All 256 would count as none: such a face is as unlike as can be, and is found to be so later.
    """
    words = _beginnings(segment.sketches)
    if rows is not None and len(rows) < _LEAST_COMPARED * len(segment):
        words, rows = words[:, rows], None
    distances = np.bitwise_count(words[0] ^ sketch[0])
    for word, wanted in zip(words[1:], sketch[1:_BEGIN_WORDS], strict=True):
        distances += np.bitwise_count(word ^ wanted)
    picked: NDArray[np.uint8] = distances if rows is None else distances[rows]
    return picked


_kept: dict[int, Beginnings] = {}


def _beginnings(sketches: Sketches) -> Beginnings:
    """Return the first words of sketches as (_BEGIN_WORDS, n).

    numpy compares long rows several times as fast as short ones. They are made at the first call
    and kept as long as the sketches.
    """
    key = id(sketches)
    words = _kept.get(key)
    if words is None:
        # Two threads may both make them: they come out the same.
        words = _kept[key] = np.ascontiguousarray(sketches[:, :_BEGIN_WORDS].T)
        weakref.finalize(sketches, _kept.pop, key, None)
    return words


def _ids(segment: Segment, rows: Rows) -> Ids:
    return segment.ids if rows is None else segment.ids[rows]


def _distances(segment: Segment, rows: Rows, sketch: Sketches) -> Distances:
    sketches = segment.sketches if rows is None else segment.sketches[rows]
    return sketch_distances(sketches, sketch)


def _smallest(distances: Distances, count: int) -> NDArray[np.intp]:
    """Return the places of the `count` smallest distances: counting sort, up to the border."""
    farthest = int(np.searchsorted(np.cumsum(np.bincount(distances)), count))
    nearer = np.flatnonzero(distances < farthest)
    border = np.flatnonzero(distances == farthest)[: count - len(nearer)]
    return np.concatenate([nearer, border])


def _sum_rows(counts: NDArray[np.uint8]) -> Distances:
    """Return the sums of rows of 16 counts, each at most 64: eight bytes at a time."""
    halves = counts.view(np.uint64)
    # At most 128 in each byte, then at most 256 in each of four pairs of bytes.
    bytes_ = halves[:, 0] + halves[:, 1]
    pairs = (bytes_ & _LOW_BYTES) + ((bytes_ >> np.uint64(8)) & _LOW_BYTES)
    return ((pairs * _ONES) >> np.uint64(48)).astype(np.uint16)
