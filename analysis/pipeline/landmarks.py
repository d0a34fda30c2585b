"""The 105 landmarks, each a mix of two points of the mesh.

The order is that of the AILabTools Face Analyzer. Within a part the extremes come first, then the
outline from the picture's left to its right, the upper before the lower. `data/landmarks.csv` holds
one row a landmark: two points of the mesh and the share of the second.
`models/recipes/fit_landmarks.py` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.types import Floats

TABLE_FILE = Path(__file__).parent / "data" / "landmarks.csv"

# "left" is the picture's left.
GROUPS: Mapping[str, range] = MappingProxyType(
    {
        "left_brow": range(12),
        "right_brow": range(12, 24),
        "left_eye": range(24, 40),
        "right_eye": range(40, 56),
        "nose": range(56, 62),
        "mouth": range(62, 96),
        "contour": range(96, 105),
    }
)
LANDMARK_COUNT = 105


@cache
def _table() -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    rows = np.loadtxt(TABLE_FILE, delimiter=",", dtype=np.float32)
    return rows[:, 0].astype(np.intp), rows[:, 1].astype(np.intp), rows[:, 2:3]


def place_landmarks(mesh: Floats) -> Floats:
    """Return 105×2 points in the coordinates of a mesh of at least 468×2 points."""
    first, second, share = _table()
    points = mesh[:, :2]
    return np.asarray(points[first] * (1 - share) + points[second] * share, dtype=np.float32)
