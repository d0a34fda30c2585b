"""Makes `analysis/pipeline/data/landmarks.csv`: which mix of mesh points each landmark is.

    python models/recipes/fit_landmarks.py PORTRAITS.zip [MORE.zip]

The vendor's documentation shows all 105 points of one face. Each landmark is known to lie on a
curve of the mesh (a rim of the eye, an edge of the lip); a shape model of many faces is bent until
its curves pass through the example, and the nearest place on the curve is taken. Both sides of the
face share their places, so the table is exactly symmetric.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from portraits import Indices, Meshes, align, collect_meshes, mirror_indices

from analysis.pipeline import landmarks, pose

EXAMPLE_FILE = Path(__file__).resolve().parents[2] / "tests" / "data" / "vendor_landmarks.json"
_ROUNDS = 40
_SHAPES = 40
_STIFFNESS = 1e-3

# Curves on the picture's left half of the face, from outside to inside or from top to bottom.
CURVES = {
    "brow_top": (70, 63, 105, 66, 107),
    "brow_bottom": (46, 53, 52, 65, 55),
    "brow_outer_end": (70, 46),
    "brow_inner_end": (107, 55),
    "eye_outer": (33, 33),
    "eye_inner": (133, 133),
    "eye_top": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "eye_bottom": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "nose_ridge": (168, 6, 197, 195, 5, 4, 1, 19, 94, 2),
    "nose_wing": (209, 129, 64, 98),
    "mouth_corner": (61, 61),
    "mouth_inner_corner": (78, 78),
    "lip_top": (61, 185, 40, 39, 37, 0),
    "lip_bottom": (61, 146, 91, 181, 84, 17),
    "lip_inner_top": (78, 191, 80, 81, 82, 13),
    "lip_inner_bottom": (78, 95, 88, 178, 87, 14),
    "upper_lip_middle": (0, 0),
    "lower_lip_middle": (17, 17),
    "upper_lip_inner_middle": (13, 13),
    "lower_lip_inner_middle": (14, 14),
    "chin": (152, 152),
    "outline": (
        *(109, 67, 103, 54, 21, 162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
    ),
}

# Curve → landmarks on it as (on the left side, its mirror image); in the middle both are the same.
PLACES: dict[str, tuple[tuple[int, int], ...]] = {
    "brow_outer_end": ((0, 13),),
    "brow_inner_end": ((1, 12),),
    "brow_top": ((2, 14), (4, 19), (5, 18), (6, 17), (7, 16)),
    "brow_bottom": ((3, 15), (8, 23), (9, 22), (10, 21), (11, 20)),
    "eye_outer": ((24, 41),),
    "eye_inner": ((25, 40),),
    "eye_top": ((26, 48), (27, 47), (28, 46), (29, 45), (30, 44), (31, 43), (32, 42)),
    "eye_bottom": ((33, 55), (34, 54), (35, 53), (36, 52), (37, 51), (38, 50), (39, 49)),
    "nose_ridge": ((56, 56), (57, 57), (58, 58), (59, 59)),
    "nose_wing": ((60, 61),),
    "mouth_corner": ((62, 63),),
    "mouth_inner_corner": ((64, 65),),
    "upper_lip_middle": ((66, 66),),
    "lower_lip_middle": ((75, 75),),
    "upper_lip_inner_middle": ((82, 82),),
    "lower_lip_inner_middle": ((83, 83),),
    "lip_top": ((67, 68), (69, 70), (71, 74), (72, 73)),
    "lip_bottom": ((76, 77), (78, 81), (79, 80)),
    "lip_inner_top": ((84, 86), (88, 94), (90, 92)),
    "lip_inner_bottom": ((85, 87), (89, 95), (91, 93)),
    "chin": ((98, 98),),
    "outline": ((96, 97), (99, 100), (101, 102), (103, 104)),
}


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of `landmarks.csv`."""

    first: Indices
    second: Indices
    share: NDArray[np.float64]

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the 105 landmarks of a mesh."""
        share = self.share[:, None]
        return np.asarray(points[self.first] * (1 - share) + points[self.second] * share)


@dataclass(frozen=True, slots=True)
class ShapeModel:
    """Faces as a mean and its most common deformations: 468×3, k × 468 × 3, k deviations."""

    mean: NDArray[np.float64]
    shapes: NDArray[np.float64]
    deviations: NDArray[np.float64]


def build_shape_model(meshes: Meshes) -> ShapeModel:
    """Take the principal components of aligned meshes and their mirror images."""
    mean = pose.canonical_face().astype(np.float64)
    partner = mirror_indices(mean)
    aligned = np.stack([align(mesh, mean) for mesh in meshes])
    both = np.concatenate([aligned, aligned[:, partner] * (-1, 1, 1)])
    flat = (both - mean).reshape(len(both), -1)
    _, strengths, shapes = np.linalg.svd(flat, full_matrices=False)
    return ShapeModel(
        mean=mean,
        shapes=shapes[:_SHAPES].reshape(_SHAPES, -1, 3),
        deviations=strengths[:_SHAPES] / np.sqrt(len(both)),
    )


def fit_landmarks(
    model: ShapeModel, example: NDArray[np.float64]
) -> tuple[Table, NDArray[np.float64]]:
    """Return the table, and the mesh that was bent to the example."""
    partner = mirror_indices(model.mean)
    mesh = model.mean
    table = _read_places(_middle_places(), partner)
    for _ in range(_ROUNDS):
        mesh = _bend(model, table, example)
        table = _read_places(_nearest_places(mesh, example, partner), partner)
    return table, mesh


def _bend(model: ShapeModel, table: Table, example: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve for the view (an affine camera) and the deformations, in turns."""
    weights = np.zeros(len(model.shapes))
    target = example - example.mean(axis=0)
    face = model.mean
    size = np.linalg.norm(target, axis=1).mean()
    for _ in range(10):
        face = model.mean + np.tensordot(weights, model.shapes, axes=1)
        points = table.place(face)
        offset = points.mean(axis=0)
        camera = _camera(points - offset, target)
        moves = np.stack([table.place(shape) for shape in model.shapes])
        columns = (moves - moves.mean(axis=1, keepdims=True)) @ camera.T
        rest = target - (table.place(model.mean) - table.place(model.mean).mean(axis=0)) @ camera.T
        design = (columns * model.deviations[:, None, None]).reshape(len(moves), -1).T / size
        ridge = _STIFFNESS * np.eye(len(moves))
        solved = np.linalg.solve(design.T @ design + ridge, design.T @ rest.ravel() / size)
        weights = solved * model.deviations
    seen = (face - table.place(face).mean(axis=0)) @ camera.T + example.mean(axis=0)
    return np.asarray(seen)


def _camera(points: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scaled 2×3 rotation that takes centred points nearest to a centred target."""
    affine = np.linalg.lstsq(points, target, rcond=None)[0].T
    left, strengths, right = np.linalg.svd(affine, full_matrices=False)
    return np.asarray(strengths.mean() * left @ right)


def _middle_places() -> dict[int, float]:
    """Spread the landmarks of each curve evenly along it."""
    places: dict[int, float] = {}
    for curve, pairs in PLACES.items():
        last = len(CURVES[curve]) - 1
        for rank, (left, right) in enumerate(pairs, start=1):
            places[left] = places[right] = last * rank / (len(pairs) + 1)
    return places


def _nearest_places(
    mesh: NDArray[np.float64], example: NDArray[np.float64], partner: Indices
) -> dict[int, float]:
    """Return where on its curve each landmark is: segment number plus share, both sides' mean."""
    places: dict[int, float] = {}
    for curve, pairs in PLACES.items():
        points = np.array(CURVES[curve])
        for left, right in pairs:
            place = (
                _project(mesh[points], example[left])
                + _project(mesh[partner[points]], example[right])
            ) / 2
            places[left] = places[right] = place
    return places


def _project(line: NDArray[np.float64], point: NDArray[np.float64]) -> float:
    starts, steps = line[:-1], np.diff(line, axis=0)
    lengths = np.maximum((steps**2).sum(axis=1), 1e-12)
    shares = np.clip(((point - starts) * steps).sum(axis=1) / lengths, 0, 1)
    nearest = int(np.linalg.norm(starts + shares[:, None] * steps - point, axis=1).argmin())
    return nearest + float(shares[nearest])


def _read_places(places: dict[int, float], partner: Indices) -> Table:
    first = np.zeros(landmarks.LANDMARK_COUNT, dtype=np.intp)
    second = np.zeros_like(first)
    share = np.zeros(landmarks.LANDMARK_COUNT)
    for curve, pairs in PLACES.items():
        points = np.array(CURVES[curve])
        for left, right in pairs:
            segment = min(int(places[left]), len(points) - 2)
            first[[left, right]] = points[segment], partner[points[segment]]
            second[[left, right]] = points[segment + 1], partner[points[segment + 1]]
            share[[left, right]] = places[left] - segment
            if left == right:
                first[left], second[left] = points[segment], points[segment + 1]
    return Table(first=first, second=second, share=share)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portraits", nargs="+", type=Path)
    model = build_shape_model(collect_meshes(parser.parse_args().portraits))
    example = np.array(json.loads(EXAMPLE_FILE.read_text())["landmarks"])
    table, mesh = fit_landmarks(model, example)
    distances = np.linalg.norm(table.place(mesh) - example, axis=1)
    eyes = np.linalg.norm(
        example[landmarks.GROUPS["left_eye"]].mean(axis=0)
        - example[landmarks.GROUPS["right_eye"]].mean(axis=0)
    )
    np.savetxt(
        landmarks.TABLE_FILE,
        np.column_stack([table.first, table.second, table.share]),
        delimiter=",",
        fmt=("%d", "%d", "%.4f"),
    )
    print(f"{landmarks.TABLE_FILE}: mean distance {distances.mean() / eyes:.2%} of the eyes'")
    for name, group in landmarks.GROUPS.items():
        print(f"  {name}: {distances[group].mean() / eyes:.2%}")


if __name__ == "__main__":
    main()
