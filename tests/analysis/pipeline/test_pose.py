from __future__ import annotations

import numpy as np
import pytest

from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.pose import canonical_face, estimate_pose
from analysis.pipeline.types import Floats, Image


def turned(*, yaw: float = 0, pitch: float = 0, roll: float = 0) -> Floats:
    """The canonical face, turned by the angles as `Pose` defines them, enlarged and moved.

    x goes right, y down and z away from the camera; the face nods, then turns, then leans.
    """
    nod, turn, lean = np.radians([-pitch, -yaw, roll])
    about_x = [[1, 0, 0], [0, np.cos(nod), -np.sin(nod)], [0, np.sin(nod), np.cos(nod)]]
    about_y = [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    about_z = [[np.cos(lean), -np.sin(lean), 0], [np.sin(lean), np.cos(lean), 0], [0, 0, 1]]
    rotation = np.array(about_z) @ np.array(about_y) @ np.array(about_x)
    return (canonical_face() @ rotation.T * 150 + (320, 240, 0)).astype(np.float32)


@pytest.mark.parametrize("angle", [-60, -20, -1, 0, 1, 20, 60])
@pytest.mark.parametrize("name", ["yaw", "pitch", "roll"])
def test_turned_mesh_gives_its_angle_and_no_other(name: str, angle: float) -> None:
    pose = estimate_pose(turned(**{name: angle}))

    expected = {"yaw": 0, "pitch": 0, "roll": 0, name: angle}
    assert {key: getattr(pose, key) for key in expected} == pytest.approx(expected, abs=0.1)


def test_angles_are_told_apart_when_all_are_turned() -> None:
    pose = estimate_pose(turned(yaw=35, pitch=-20, roll=100))

    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((35, -20, 100), abs=0.1)


def test_noise_in_the_mesh_moves_the_pose_by_less_than_a_degree() -> None:
    mesh = turned(yaw=20, pitch=10)
    noise = np.random.default_rng(0).normal(0, 3, mesh.shape)

    pose = estimate_pose((mesh + noise).astype(np.float32))

    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((20, 10, 0), abs=1)


def test_positive_yaw_brings_the_nose_to_the_right_of_the_picture() -> None:
    mesh = turned(yaw=30)

    assert mesh[1, 0] > (mesh[33, 0] + mesh[263, 0]) / 2


def test_positive_pitch_brings_the_nose_up() -> None:
    assert turned(pitch=30)[1, 1] < turned()[1, 1]


def test_canonical_face_is_exactly_symmetric() -> None:
    face = canonical_face()

    mirrored = face * (-1, 1, 1)
    distances = np.linalg.norm(face[:, None] - mirrored[None], axis=2).min(axis=1)

    assert distances.max() < 2e-5


@pytest.mark.nets
def test_mirrored_picture_changes_the_signs_of_yaw_and_roll(
    pipeline: FacePipeline, astronaut: Image
) -> None:
    turned_picture = np.ascontiguousarray(astronaut[:, ::-1])

    seen, mirrored = (pipeline.analyze(image)[0].pose for image in (astronaut, turned_picture))

    assert mirrored.yaw == pytest.approx(-seen.yaw, abs=2)
    assert mirrored.roll == pytest.approx(-seen.roll, abs=2)
    assert mirrored.pitch == pytest.approx(seen.pitch, abs=2)
