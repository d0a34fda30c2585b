"""Finds likely neighbours by the signs of embeddings, 1,024 bits a face, in memory.

The share of bits in which two embeddings differ estimates the angle between them (Charikar,
"Similarity estimation techniques from rounding algorithms", 2002). Where candidates are many, a
quarter of the bits chooses those of which all are compared. Of the best the target's own numbers
are added up with the face's signs: that estimates the cosine with half the error (Gordo and
others, "Asymmetric distances for binary embeddings", 2014), but takes longer.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search.index import Segment
from search.index.segments import Ids
from search.index.sketches import Sketches
from search.similarity.candidates import Candidates, Rows
from search.similarity.target import Embedding, Target

Distances = NDArray[np.uint16]
Beginnings = NDArray[np.uint64]

# Rows for which what is calculated on the way stays in the processor's cache.
_ROWS = 4096
_LOW_BYTES = np.uint64(0x00FF00FF00FF00FF)
_ONES = np.uint64(0x0001000100010001)
# Words of the beginning: at most 4, or the number of their bits does not fit into a byte.
_BEGIN_WORDS = 4
# By their beginnings, and then by all bits, so many are kept for each that is wanted.
_KEPT_BY_BEGINNING = 150
_KEPT_BY_BITS = 5
# As many faces' signs as numbers, which are 32 times as long, stay in the cache.
_SIGNED_ROWS = 128
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


def sketch_products(sketches: Sketches, direction: Embedding) -> Embedding:
    """Return the inner product of a direction with the signs, as 1 and −1, of n × 16 sketches."""
    signs = sketches.view(np.uint8)
    products = np.empty(len(sketches), np.float32)
    for start in range(0, len(sketches), _SIGNED_ROWS):
        bits = np.unpackbits(signs[start : start + _SIGNED_ROWS], axis=1)
        products[start : start + _SIGNED_ROWS] = bits.astype(np.float32) @ direction
    return 2 * products - direction.sum()


def nearest_by_sketch(candidates: Candidates, target: Target, *, count: int) -> Ids:
    """Return the ids of `count` faces, or all, whose signs are most like the target, in no order.

    Among many some are missed that are not much nearer than the others, and where several at the
    border are equally far, some of them are taken.
    """
    if candidates.count <= count:
        return candidates.ids
    parts: Sequence[tuple[Segment, Rows]] = candidates.parts
    if candidates.count > 2 * _KEPT_BY_BEGINNING * count:
        parts = _nearest_by_beginning(candidates, target.sketch, count=_KEPT_BY_BEGINNING * count)
    near = _nearest_by_bits(parts, target.sketch, count=_KEPT_BY_BITS * count)
    ids = np.concatenate([_ids(segment, rows) for segment, rows in near])
    if len(ids) <= count:
        return ids
    # One long array takes a fifth of the time of many short ones.
    sketches = np.concatenate([_sketches(segment, rows) for segment, rows in near])
    products = sketch_products(sketches, target.direction)
    return ids[np.argpartition(products, -count)[-count:]]


def _nearest_by_bits(
    parts: Sequence[tuple[Segment, Rows]], sketch: Sketches, *, count: int
) -> list[tuple[Segment, Rows]]:
    """Return `count` of some faces, or all, whose sketches differ least."""
    compared = _side_by_side(lambda part: sketch_distances(_sketches(*part), sketch), parts)
    distances = np.concatenate(compared)
    chosen = np.arange(len(distances)) if len(distances) <= count else _smallest(distances, count)
    taken = np.zeros(len(distances), np.bool_)
    taken[chosen] = True
    kept: list[tuple[Segment, Rows]] = []
    start = 0
    for (segment, rows), of_part in zip(parts, compared, strict=True):
        places = np.flatnonzero(taken[start : start + len(of_part)])
        kept.append((segment, places if rows is None else rows[places]))
        start += len(of_part)
    return kept


def _nearest_by_beginning(
    candidates: Candidates, sketch: Sketches, *, count: int
) -> list[tuple[Segment, Rows]]:
    """Return about `count` of the candidates, those whose sketches begin most alike."""
    parts = candidates.parts
    compared = _side_by_side(lambda part: _compare_beginnings(*part, sketch), parts)
    sample = np.concatenate([distances[::_SAMPLE_STEP] for distances in compared])
    place = len(sample) * count // candidates.count
    farthest = np.partition(sample, place)[place]
    kept: list[tuple[Segment, Rows]] = []
    for (segment, rows), distances in zip(parts, compared, strict=True):
        near = np.flatnonzero(distances <= farthest)
        kept.append((segment, near if rows is None else rows[near]))
    return kept


def _compare_beginnings(segment: Segment, rows: Rows, sketch: Sketches) -> NDArray[np.uint8]:
    """Return in how many bits the beginnings of some rows differ from that of a sketch.

    All 256 would count as none: such a face is as unlike as can be, and is found to be so later.
    """
    words = _beginnings(segment.sketches)
    if rows is not None and len(rows) < _LEAST_COMPARED * len(segment):
        words, rows = words.take(rows, axis=1, mode="clip"), None
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


def _sketches(segment: Segment, rows: Rows) -> Sketches:
    # In a third of the time of indexing; the rows are the segment's, so none is out of it.
    return segment.sketches if rows is None else segment.sketches.take(rows, axis=0, mode="clip")


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


_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def _side_by_side(do: Callable[[_Part], _Result], parts: Sequence[_Part]) -> list[_Result]:
    """Return what a function says of each part, on all processors: numpy lets threads run."""
    return [do(part) for part in parts] if len(parts) == 1 else list(_threads().map(do, parts))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="sketches")


# Threads stay behind where a process forks.
os.register_at_fork(after_in_child=_threads.cache_clear)
