"""How the numbers of what is found spread over the steps of a measure."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.matching.conditions import PartMatches
from search.matching.layout import Layout
from search.matching.matches import Matches
from search.matching.planes import unpack_bits
from search.query.ranges import FACES, Measure, measures

Mask: TypeAlias = NDArray[np.bool_]

# Steps are bytes; there are far fewer than that.
_NO_STEP = 255


def count_steps(matches: Matches) -> Mapping[str, NDArray[np.int64]]:
    """Return by measure how many are found from each of its edges to the next, and after the last.

    That is as if nothing were asked of that measure. Photos are counted where it is a number of
    photos, else faces; what is below the first edge counts as there.
    """
    known = measures()
    counts = {measure.name: np.zeros(_NO_STEP + 1, dtype=np.int64) for measure in known}
    for part in matches.parts:
        # Most measures are asked nothing of: what is found is the same for all of those.
        found: dict[tuple[PartMatches, bool], Mask] = {}
        for measure in known:
            free, is_of_photos = part.without(measure.name), measure.name == FACES
            if (free, is_of_photos) not in found:
                found[free, is_of_photos] = unpack_bits(
                    free.photos() if is_of_photos else free.faces()
                )
            steps = _steps(part, measure)
            chosen = steps[found[free, is_of_photos][: len(steps)]]
            counts[measure.name] += np.bincount(chosen, minlength=_NO_STEP + 1)
    return {measure.name: counts[measure.name][: len(measure.edges)] for measure in known}


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
        places = np.searchsorted(np.array(measure.edges), numbers, side="right") - 1
        steps = np.maximum(places, 0).astype(np.uint8)
        steps[np.isnan(numbers)] = _NO_STEP
        kept[measure.name] = steps
    return kept[measure.name]
