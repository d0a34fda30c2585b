"""Which of the faces that are found have a value of a facet, and how many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from search.matching.conditions import PartMatches
from search.matching.matches import Matches
from search.matching.planes import Words, count_bits


def faces_tagged(matches: Matches, facet: str, value: str) -> NDArray[np.int64]:
    """Return the ids of faces that are found and have a value, rising."""
    found = [
        one.part.columns.ids[one.part.layout.planes.faces_of(_tagged(one, facet, value))]
        for one in matches.parts
    ]
    ids: NDArray[np.int64] = np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)
    return ids


def count_tagged(matches: Matches, facet: str, value: str) -> int:
    """Return how many faces are found and have a value."""
    return sum(int(count_bits(_tagged(one, facet, value))) for one in matches.parts)


def _tagged(one: PartMatches, facet: str, value: str) -> Words:
    return one.faces() & one.part.layout.tagged(one.part.columns, facet, (value,))
