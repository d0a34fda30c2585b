from __future__ import annotations

import numpy as np
import pytest

from analysis.models import Face
from analysis.overlay import close_up, head_axes, mark_face, whole_picture
from analysis.pipeline.types import Box, Pose
from tests.fakes import fake_result


def made_up_face(**pose: float) -> Face:
    result = fake_result(Box(100, 50, 40, 60))
    return Face(
        left=100,
        top=50,
        width=40,
        height=60,
        landmarks=result.landmarks.reshape(-1).tolist(),
        pupils=[112, 74, 2, 128, 74, 3],
        **{"yaw": 0.0, "pitch": 0.0, "roll": 0.0} | pose,
    )


class TestHeadAxes:
    def test_a_head_that_looks_at_the_camera(self):
        axes = head_axes(Pose(yaw=0, pitch=0, roll=0))

        assert axes == pytest.approx(np.array([[1, 0], [0, 1], [0, 0]]))

    @pytest.mark.parametrize(
        ("pose", "nose"),
        [
            (Pose(yaw=90, pitch=0, roll=0), (1, 0)),  # to the picture's right
            (Pose(yaw=0, pitch=90, roll=0), (0, -1)),  # up
            (Pose(yaw=90, pitch=0, roll=90), (0, 1)),  # right, then leaning clockwise
        ],
    )
    def test_where_the_nose_points(self, pose, nose):
        assert head_axes(pose)[2] == pytest.approx(nose, abs=1e-9)

    def test_roll_turns_the_picture_clockwise(self):
        right = head_axes(Pose(yaw=0, pitch=0, roll=30))[0]

        assert right == pytest.approx((np.cos(np.pi / 6), 0.5))


class TestMarkFace:
    def test_there_is_a_dot_for_each_landmark(self):
        assert mark_face(made_up_face()).dots.count("M") == 105

    def test_the_parts_hold_all_landmarks_in_order(self):
        marks = mark_face(made_up_face())

        numbers = [number for part in marks.parts for number, _, _ in part.points]
        assert numbers == list(range(105))

    def test_the_pupils_are_left_and_right(self):
        left, right = mark_face(made_up_face()).pupils

        assert (left.x, left.radius, right.x, right.radius) == (112, 2, 128, 3)

    def test_the_axes_begin_at_the_nose(self):
        face = made_up_face()
        x, y = np.reshape(face.landmarks, (-1, 2))[56:62].mean(axis=0)

        paths = [axis.path for axis in mark_face(face).axes]

        assert all(path.startswith(f"M{x:.1f} {y:.1f}L") for path in paths)


class TestStage:
    def test_the_whole_picture(self):
        assert whole_picture(width=30, height=20).view == Box(0, 0, 30, 20)

    def test_a_close_up_has_the_picture_s_shape_and_the_face_in_its_middle(self):
        view = close_up(Box(480, 480, 40, 40), width=2000, height=1000).view

        assert view.width == pytest.approx(2 * view.height)
        assert view.left + view.width / 2 == pytest.approx(500)
        assert view.top + view.height / 2 == pytest.approx(500)

    @pytest.mark.parametrize("box", [Box(-5, -5, 40, 40), Box(270, 170, 40, 40)])
    def test_a_close_up_stays_in_the_picture(self, box):
        view = close_up(box, width=300, height=200).view

        assert view.left >= 0
        assert view.top >= 0
        assert view.left + view.width <= 300 + 1e-9
        assert view.top + view.height <= 200 + 1e-9

    def test_a_face_that_fills_the_picture_shows_all_of_it(self):
        assert close_up(Box(0, 0, 300, 190), width=300, height=200).view == Box(0, 0, 300, 200)

    def test_a_small_face_of_a_large_picture_is_shown_by_its_crop(self):
        assert close_up(Box(2000, 2000, 64, 64), width=4096, height=4096).sharper

    def test_a_large_face_is_shown_by_the_preview(self):
        assert close_up(Box(500, 500, 2000, 2000), width=4096, height=4096).sharper is None
