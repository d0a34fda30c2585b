from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.pipeline.landmarks import GROUPS, LANDMARK_COUNT, place_landmarks
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.pose import canonical_face
from analysis.pipeline.types import Floats, Image

VENDOR_FILE = Path(__file__).resolve().parents[2] / "data" / "vendor_landmarks.json"

# Landmark → the same place on the other side of the face, in the vendor's order.
# fmt: off
MIRROR = (
    13, 12, 14, 15, 19, 18, 17, 16, 23, 22, 21, 20, 1, 0, 2, 3, 7, 6, 5, 4, 11, 10, 9, 8, 41, 40,
    48, 47, 46, 45, 44, 43, 42, 55, 54, 53, 52, 51, 50, 49, 25, 24, 32, 31, 30, 29, 28, 27, 26,
    39, 38, 37, 36, 35, 34, 33, 56, 57, 58, 59, 61, 60, 63, 62, 65, 64, 66, 68, 67, 70, 69, 74,
    73, 72, 71, 75, 77, 76, 81, 80, 79, 78, 82, 83, 86, 87, 84, 85, 94, 95, 92, 93, 90, 91, 88,
    89, 97, 96, 98, 100, 99, 102, 101, 104, 103,
)
# fmt: on


@pytest.fixture
def vendor() -> Floats:
    return np.array(json.loads(VENDOR_FILE.read_text())["landmarks"], dtype=np.float32)


def eye_distance(landmarks: Floats) -> float:
    left, right = (landmarks[GROUPS[name]].mean(axis=0) for name in ("left_eye", "right_eye"))
    return float(np.linalg.norm(right - left))


def similarity(points: Floats, target: Floats) -> Floats:
    """Turn, scale and move points onto a target by least squares."""
    source, goal = points - points.mean(axis=0), target - target.mean(axis=0)
    left, strengths, right = np.linalg.svd(goal.T @ source)
    return strengths.sum() / (source**2).sum() * source @ (left @ right).T + target.mean(axis=0)


def test_groups_hold_every_landmark_once() -> None:
    assert [index for group in GROUPS.values() for index in group] == list(range(LANDMARK_COUNT))


def test_groups_have_the_sizes_of_the_vendor() -> None:
    sizes = [len(group) for group in GROUPS.values()]

    assert sizes == [12, 12, 16, 16, 6, 34, 9]


def test_landmarks_of_a_symmetric_face_are_symmetric() -> None:
    landmarks = place_landmarks(canonical_face())

    assert landmarks[list(MIRROR)] * (-1, 1) == pytest.approx(landmarks, abs=2e-4)


def test_landmarks_turn_with_the_mesh() -> None:
    mesh = canonical_face()
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32)

    turned = place_landmarks(mesh @ quarter.T)

    assert turned == pytest.approx(place_landmarks(mesh) @ quarter[:2, :2].T, abs=1e-5)


def test_order_is_that_of_the_vendors_example(vendor: Floats) -> None:
    """After one similarity each landmark is nearer to its own point than most others are.

    The example smiles with an open mouth and has its own proportions, which a similarity leaves.
    """
    placed = similarity(place_landmarks(canonical_face()), vendor)

    distances = np.linalg.norm(placed[:, None] - vendor[None], axis=2)
    ranks = (distances < np.diag(distances)[:, None]).sum(axis=1)

    assert np.diag(distances).mean() < 0.12 * eye_distance(vendor)
    assert np.median(ranks) <= 1


def test_each_part_has_the_shape_of_the_vendors_example(vendor: Floats) -> None:
    """With a similarity for each part, the mean distance is at most 4 % of the eyes' distance."""
    placed = place_landmarks(canonical_face())
    fitted = np.concatenate([similarity(placed[group], vendor[group]) for group in GROUPS.values()])

    distances = np.linalg.norm(fitted - vendor, axis=1)

    assert distances.mean() < 0.04 * eye_distance(vendor)


@pytest.mark.nets
def test_real_face_has_its_landmarks_in_order(pipeline: FacePipeline, astronaut: Image) -> None:
    (face,) = pipeline.analyze(astronaut)

    means = {name: face.landmarks[group].mean(axis=0) for name, group in GROUPS.items()}

    assert means["left_brow"][0] < means["right_brow"][0]
    assert means["left_brow"][1] < means["left_eye"][1] < means["nose"][1] < means["mouth"][1]
    assert face.landmarks[96, 0] == face.landmarks[GROUPS["contour"], 0].min()
    assert face.landmarks[98, 1] == face.landmarks[:, 1].max()
