"""How the numbers of what is found spread over the steps of a measure."""

from __future__ import annotations

import weakref
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from search.matching.conditions import PartMatches
from search.matching.layout import Layout
from search.matching.matches import Matches
from search.matching.planes import unpack_bits
from search.query.ranges import FACES, Measure, measures

# A byte: there are far fewer steps. The last one is for what has no number.
_MOST_STEPS = 255


def count_steps(matches: Matches) -> Mapping[str, NDArray[np.int64]]:
    """Return by measure how many are found from each of its edges to the next, and after the last.

    That is as if nothing were asked of that measure. Photos are counted where it is a number of
    photos, else faces; what is below the first edge counts as there.
    """
    return {measure.name: _of_measure(matches, measure) for measure in measures()}


def _of_measure(matches: Matches, measure: Measure) -> NDArray[np.int64]:
    counts = np.zeros(_MOST_STEPS + 1, dtype=np.int64)
    for part in matches.parts:
        free = part.without(measure.name)
        words = free.photos() if measure.name == FACES else free.faces()
        if words.any():
            steps = _steps(part, measure)
            counts += np.bincount(steps[unpack_bits(words)[: len(steps)]], minlength=len(counts))
    return counts[: len(measure.edges)]


_kept: weakref.WeakKeyDictionary[Layout, dict[str, NDArray[np.uint8]]] = weakref.WeakKeyDictionary()


def _steps(part: PartMatches, measure: Measure) -> NDArray[np.uint8]:
    """Return the step of each bit, made once for each layout."""
    layout, columns = part.part.layout, part.part.columns
    kept = _kept.setdefault(layout, {})
    if measure.name not in kept:
        is_of_photos = measure.name == FACES
        numbers = (
            layout.planes.face_counts if is_of_photos else layout.numbers(columns, measure.name)
        )
        steps = np.searchsorted(np.array(measure.edges), numbers, side="right") - 1
        steps = np.maximum(steps, 0).astype(np.uint8)
        steps[np.isnan(numbers)] = _MOST_STEPS
        kept[measure.name] = steps
    return kept[measure.name]
