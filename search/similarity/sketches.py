"""Finds likely neighbours by the signs of embeddings, 1,024 bits a face, in memory.

The share of bits in which two embeddings differ estimates the angle between them (Charikar,
"Similarity estimation techniques from rounding algorithms", 2002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from search.index import Segment
from search.index.segments import Ids
from search.index.sketches import Sketches
from search.similarity.candidates import Candidates, Rows

Distances = NDArray[np.uint16]

# Rows for which what is calculated on the way stays in the processor's cache.
_ROWS = 4096
_MOST_PICKED = 0.3
_LOW_BYTES = np.uint64(0x00FF00FF00FF00FF)
_ONES = np.uint64(0x0001000100010001)


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
    """Return the ids of at most `count` faces whose sketches differ least, in no order.

    Where several at the border are equally far, some of them are taken.
    """
    if candidates.count <= count:
        return candidates.ids
    distances = [_distances(segment, rows, sketch) for segment, rows in candidates.parts]
    return candidates.ids[_smallest(np.concatenate(distances), count)]


def _distances(segment: Segment, rows: Rows, sketch: Sketches) -> Distances:
    if rows is None:
        return sketch_distances(segment.sketches, sketch)
    # To pick many rows takes longer than to compare all.
    if len(rows) > _MOST_PICKED * len(segment):
        return sketch_distances(segment.sketches, sketch)[rows]
    return sketch_distances(segment.sketches[rows], sketch)


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
