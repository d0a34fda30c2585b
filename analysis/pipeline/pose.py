"""Head pose: the rotation that takes the canonical face to the mesh.

Source of the fit: Umeyama, "Least-squares estimation of transformation parameters between two
point patterns", 1991.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.types import Floats, Pose

CANONICAL_FILE = Path(__file__).parent / "data" / "canonical_face.csv"


@cache
def canonical_face() -> Floats:
    """Return the mean face looking straight at the camera: 468×3, x right, y down, z away.

    It is exactly symmetric, centred on its mean, and one unit is the distance of the outer eye
    corners. `models/recipes/fit_canonical_face.py` makes it.
    """
    face = np.loadtxt(CANONICAL_FILE, delimiter=",", dtype=np.float32)
    face.setflags(write=False)
    return face


def estimate_pose(mesh: Floats, model: Floats | None = None) -> Pose:
    """Return the pose of a mesh of at least 468×3 points against a model, the canonical face.

    The irises, which follow the 468 points, are ignored.
    """
    if model is None:
        model = canonical_face()
    points = mesh[: len(model)] - mesh[: len(model)].mean(axis=0)
    left, _, right = np.linalg.svd(points.T.astype(np.float64) @ (model - model.mean(axis=0)))
    # A reflection would fit a mirrored face: flip the weakest axis instead.
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return angles((left * signs) @ right)


def angles(rotation: NDArray[np.float64]) -> Pose:
    """Split a 3×3 rotation into roll · yaw · pitch: the head nods first, then turns, then leans."""
    yaw = np.degrees(np.arcsin(np.clip(rotation[2, 0], -1.0, 1.0)))
    pitch = np.degrees(-np.arctan2(rotation[2, 1], rotation[2, 2]))
    roll = np.degrees(np.arctan2(rotation[1, 0], rotation[0, 0]))
    return Pose(yaw=float(yaw), pitch=float(np.clip(pitch, -90, 90)), roll=float(roll))
