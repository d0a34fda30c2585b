from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.manifest import InputSpec
from analysis.pipeline.detector import Detector, DetectorSettings
from analysis.pipeline.types import Image

SPEC = InputSpec(tensor="image", color="rgb", scale=1.0, mean=(0.0, 0.0, 0.0), size=0, crop="")


def outputs_for(faces: list[tuple[int, int, float, float, float]], cells: int = 32) -> Any:
    """Outputs of a `cells` × `cells` grid; a face is row, column, score, height and width in px."""
    shape = (cells, cells)
    heatmap = np.zeros((1, 1, *shape), np.float32)
    scale, offset = np.zeros((2, 1, 2, *shape), np.float32)
    points = np.zeros((1, 10, *shape), np.float32)
    for row, column, score, height, width in faces:
        heatmap[0, 0, row, column] = score
        scale[0, :, row, column] = np.log([height / 4, width / 4])
        # Eyes at a third of the height, y before x.
        points[0, :, row, column] = [0.3, 0.25, 0.3, 0.75, 0.5, 0.5, 0.8, 0.3, 0.8, 0.7]
    return {"heatmap": heatmap, "scale": scale, "offset": offset, "points": points}


def picture(width: int = 128, height: int = 128) -> Image:
    return np.zeros((height, width, 3), dtype=np.uint8)


def test_box_is_about_the_cell_that_answers(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(10, 16, 0.9, 40, 32)]))

    (face,) = Detector(session, SPEC).detect(picture())

    assert (face.box.left, face.box.top) == pytest.approx((16.5 * 4 - 16, 10.5 * 4 - 20))
    assert (face.box.width, face.box.height) == pytest.approx((32, 40))
    assert face.score == pytest.approx(0.9)


def test_points_are_x_and_y_within_the_box(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(10, 16, 0.9, 40, 32)]))

    (face,) = Detector(session, SPEC).detect(picture())

    left_eye = (face.box.left + 0.25 * 32, face.box.top + 0.3 * 40)
    assert tuple(face.keypoints[0]) == pytest.approx(left_eye)
    assert face.keypoints[0, 0] < face.keypoints[1, 0]


def test_largest_face_comes_first(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(6, 6, 0.99, 20, 20), (20, 20, 0.6, 40, 40)]))

    faces = Detector(session, SPEC).detect(picture())

    assert [round(face.box.width) for face in faces] == [40, 20]


def test_overlapping_answers_are_one_face(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(16, 16, 0.7, 40, 40), (16, 17, 0.9, 40, 40)]))

    (face,) = Detector(session, SPEC).detect(picture())

    assert face.score == pytest.approx(0.9)


def test_unsure_answers_are_no_face(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(16, 16, 0.3, 40, 40)]))

    assert Detector(session, SPEC).detect(picture()) == []


def test_large_picture_is_shrunk_and_its_boxes_are_not(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(10, 16, 0.9, 40, 32)], cells=320))

    (face,) = Detector(session, SPEC).detect(picture(5120, 2560))

    assert session.feeds[0]["image"].shape == (1, 3, 640, 1280)
    assert (face.box.width, face.box.height) == pytest.approx((32 * 4, 40 * 4))


def test_sides_that_are_no_multiple_of_32_are_padded(fake_session: Any) -> None:
    session = fake_session(**outputs_for([]))

    Detector(session, SPEC).detect(picture(100, 33))

    assert session.feeds[0]["image"].shape == (1, 3, 64, 128)


def test_narrow_picture_keeps_a_side_of_at_least_one_pixel(fake_session: Any) -> None:
    session = fake_session(**outputs_for([]))

    assert Detector(session, SPEC).detect(picture(5000, 1)) == []


def test_picture_is_fed_in_the_colour_order_of_the_manifest(fake_session: Any) -> None:
    session = fake_session(**outputs_for([]))
    image = picture(32, 32)
    image[..., 0] = 200

    Detector(session, SPEC).detect(image)

    assert session.feeds[0]["image"][0, :, 5, 5].tolist() == [0, 0, 200]


def test_score_that_counts_is_a_setting(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(16, 16, 0.3, 40, 40)]))

    assert len(Detector(session, SPEC, DetectorSettings(min_score=0.2)).detect(picture())) == 1
