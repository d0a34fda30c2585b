from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.manifest import InputSpec
from analysis.pipeline.detector import Detector, DetectorSettings
from analysis.pipeline.types import Image

SPEC = InputSpec(tensor="image", color="rgb", scale=1.0, mean=(0.0, 0.0, 0.0), size=0, crop="")


def outputs_for(faces: list[tuple[int, int, float, float, float]], cells: int = 80) -> Any:
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


def picture(width: int = 320, height: int = 320) -> Image:
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

    Detector(session, SPEC).detect(picture(400, 33))

    assert session.feeds[0]["image"].shape == (1, 3, 64, 416)


def test_narrow_picture_keeps_a_side_of_at_least_one_pixel(fake_session: Any) -> None:
    session = fake_session(**outputs_for([]))

    assert Detector(session, SPEC).detect(picture(5000, 1)) == []


def test_picture_is_fed_in_the_colour_order_of_the_manifest(fake_session: Any) -> None:
    session = fake_session(**outputs_for([]))
    image = picture()
    image[..., 0] = 200

    Detector(session, SPEC).detect(image)

    assert session.feeds[0]["image"][0, :, 5, 5].tolist() == [0, 0, 200]


def test_score_that_counts_is_a_setting(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(16, 16, 0.3, 40, 40)]))

    assert len(Detector(session, SPEC, DetectorSettings(min_score=0.2)).detect(picture())) == 1


def test_small_picture_is_enlarged_and_its_boxes_are_not(fake_session: Any) -> None:
    session = fake_session(**outputs_for([(10, 16, 0.9, 40, 32)], cells=48))

    (face,) = Detector(session, SPEC).detect(picture(96, 96))

    assert session.feeds[0]["image"].shape == (1, 3, 192, 192)
    assert (face.box.width, face.box.height) == pytest.approx((16, 20))
    assert (face.box.left, face.box.top) == pytest.approx((16.5 * 2 - 8, 10.5 * 2 - 10))


class TightSession:
    """Finds the faces `plain` in the picture itself, and `framed` in its first frame."""

    def __init__(self, *, plain: list[Any], framed: list[Any]) -> None:
        self.answers = [outputs_for(faces) for faces in (plain, framed, [])]
        self.feeds: list[Any] = []

    def run(self, feeds: Any) -> Any:
        self.feeds.append(feeds["image"])
        return self.answers[len(self.feeds) - 1]


@pytest.mark.parametrize("side", [96, 320, 960])
def test_picture_without_a_face_is_searched_again_in_a_frame(side: int) -> None:
    # The picture is 64 of 192 px, so the middle is at cell 24.
    session = TightSession(plain=[], framed=[(24, 24, 0.9, 40, 40)])
    image = picture(side, side)
    image[:] = (10, 20, 30)

    (face,) = Detector(session, SPEC).detect(image)

    assert session.feeds[1].shape == (1, 3, 192, 192)
    assert session.feeds[1][0, :, 0, 0].tolist() == [30, 20, 10]
    box_side, middle = 40 * side / 64, (24.5 * 4 - 64) * side / 64
    assert (face.box.width, face.box.height) == pytest.approx((box_side, box_side))
    assert face.box.left == pytest.approx(middle - box_side / 2)
    left_eye = (face.box.left + 0.25 * box_side, face.box.top + 0.3 * box_side)
    assert tuple(face.keypoints[0]) == pytest.approx(left_eye)


def test_oblong_picture_lies_in_the_middle_of_its_frame() -> None:
    session = TightSession(plain=[], framed=[])
    image = picture(400, 200)
    image[:, :200] = 200

    Detector(session, SPEC).detect(image)

    framed = session.feeds[1][0, 0]
    assert framed[80:112, 64:96].min() == 200
    assert framed[80:112, 97:128].max() == 0
    assert framed[:80].min() == framed[:, 128:].max() == 100


def test_what_is_found_in_the_frame_is_no_face() -> None:
    session = TightSession(plain=[], framed=[(5, 24, 0.9, 40, 40)])

    assert Detector(session, SPEC).detect(picture()) == []


@pytest.mark.parametrize(
    ("plain", "framed", "better"),
    [([0.4], [0.9], 0.9), ([0.45], [0.4], 0.45), ([0.4, 0.4], [0.9], 0.4), ([0.6], [0.9], 0.6)],
    ids=["surer", "less sure", "fewer", "sure already"],
)
def test_frame_counts_where_it_makes_faces_surer(
    plain: list[float], framed: list[float], better: float
) -> None:
    plain_faces = [(12 + 24 * index, 24, score, 20, 20) for index, score in enumerate(plain)]
    session = TightSession(plain=plain_faces, framed=[(24, 24, score, 40, 40) for score in framed])

    faces = Detector(session, SPEC).detect(picture())

    assert max(face.score for face in faces) == pytest.approx(better)


@pytest.mark.parametrize(("score", "searches"), [(0.6, 1), (0.4, 3)])
def test_picture_with_a_sure_face_is_searched_once(
    fake_session: Any, score: float, searches: int
) -> None:
    session = fake_session(**outputs_for([(16, 16, score, 40, 40)]))

    Detector(session, SPEC).detect(picture())

    assert len(session.feeds) == searches


@pytest.mark.parametrize("width", [192, 250, 640])
def test_ordinary_picture_is_searched_as_it_is(fake_session: Any, width: int) -> None:
    session = fake_session(**outputs_for([(10, 16, 0.9, 40, 32)], cells=200))
    image = np.random.default_rng(0).integers(0, 256, (64, width, 3), dtype=np.uint8)

    Detector(session, SPEC).detect(image)

    fed = session.feeds[0]["image"][0, :, :64, :width]
    assert np.array_equal(fed, image[..., ::-1].transpose(2, 0, 1))
