"""Makes `analysis/pipeline/data/canonical_face.csv`: the mean face, symmetric, at pose zero.

    python models/recipes/fit_canonical_face.py PORTRAITS.zip [MORE.zip]

The archives hold portraits of many people. Every mesh and its mirror image are laid over each other
(generalised Procrustes, Gower 1975) and averaged. Symmetry defines yaw and roll zero; pitch zero is
the median of the portraits, because people who are photographed look at the camera.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from portraits import Meshes, align, collect_meshes, mirror_indices

from analysis.pipeline import pose

_OUTER_EYE_CORNERS = (33, 263)
_ROUNDS = 6


def fit_canonical_face(meshes: Meshes) -> NDArray[np.float64]:
    """Return the 468×3 mean face of n × 468 × 3 meshes."""
    widths = np.linalg.norm(
        meshes[:, _OUTER_EYE_CORNERS[1]] - meshes[:, _OUTER_EYE_CORNERS[0]], axis=1
    )
    shapes = meshes / widths[:, None, None]
    mean = np.median(shapes, axis=0)
    partner = mirror_indices(mean)
    for _ in range(_ROUNDS):
        mean = (mean + mean[partner] * (-1, 1, 1)) / 2
        mean = np.median([align(shape, mean) for shape in shapes], axis=0)
    mean = (mean + mean[partner] * (-1, 1, 1)) / 2
    mean -= mean.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(np.diff(mean[_OUTER_EYE_CORNERS, :], axis=0)))


def level(face: NDArray[np.float64], meshes: Meshes) -> NDArray[np.float64]:
    """Nod the face so that the median pitch of the meshes against it is zero."""
    angle = np.radians(np.median([pose.estimate_pose(mesh, face).pitch for mesh in meshes]))
    cosine, sine = np.cos(angle), np.sin(angle)
    nod = np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]])
    return np.asarray(face @ nod.T)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portraits", nargs="+", type=Path)
    meshes = collect_meshes(parser.parse_args().portraits)
    face = level(fit_canonical_face(meshes), meshes)
    np.savetxt(pose.CANONICAL_FILE, face, delimiter=",", fmt="%.5f")
    print(f"{pose.CANONICAL_FILE}: from {len(meshes)} portraits")


if __name__ == "__main__":
    main()
