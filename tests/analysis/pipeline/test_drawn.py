from __future__ import annotations

import numpy as np
import pytest

from analysis.pipeline.detector import Detection
from analysis.pipeline.drawn import find_in_box
from analysis.pipeline.types import Box, Image

PICTURE: Image = np.zeros((300, 400, 3), np.uint8)
DRAWN = Box(100, 80, 60, 80)


class Seeing:
    """A detector that sees faces in some boxes of the whole picture, wherever it looks."""

    def __init__(self, *boxes: Box) -> None:
        self.boxes = boxes
        self.looked_at: tuple[int, ...] = ()

    def detect(self, image: Image) -> list[Detection]:
        self.looked_at = image.shape[:2]
        # The square around DRAWN begins at 30, 20.
        return [
            Detection(
                Box(box.left - 30, box.top - 20, box.width, box.height), 0.3, np.zeros((5, 2))
            )
            for box in self.boxes
        ]


def find(*seen: Box) -> Detection:
    return find_in_box(Seeing(*seen), PICTURE, DRAWN, min_overlap=0.25)  # type: ignore[arg-type]


def test_what_is_seen_from_close_by_is_the_face():
    near, far = Box(105, 90, 50, 65), Box(200, 80, 60, 80)

    assert find(far, near).box == near


def test_where_nothing_is_seen_the_box_is_the_face():
    face = find(Box(200, 80, 60, 80))

    assert (face.box, face.score) == (DRAWN, 0.0)
    assert face.keypoints[0] == pytest.approx((116.8, 110.4))


def test_only_what_is_around_the_box_is_searched():
    detector = Seeing()

    find_in_box(detector, PICTURE, DRAWN, min_overlap=0.25)  # type: ignore[arg-type]

    assert detector.looked_at == (201, 201)


def test_a_box_outside_is_refused():
    with pytest.raises(ValueError, match="no pixel"):
        find_in_box(Seeing(), PICTURE, Box(500, 0, 9, 9), min_overlap=0.25)  # type: ignore[arg-type]
