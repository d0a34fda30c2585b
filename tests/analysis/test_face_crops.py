from __future__ import annotations

import cv2
import numpy as np
import pytest

from analysis.face_crops import cut_face
from analysis.pipeline.types import Box


def picture_with(box: Box, *, width: int = 1000, height: int = 800) -> np.ndarray:
    """Return a black picture that is white in the box."""
    image = np.zeros((height, width, 3), np.uint8)
    top, left = int(box.top), int(box.left)
    image[top : top + int(box.height), left : left + int(box.width)] = 255
    return image


def crop_of(box: Box, **size: int) -> np.ndarray:
    encoded = cut_face(picture_with(box, **size), box)
    return cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)


def test_a_large_face_is_made_smaller():
    assert crop_of(Box(300, 200, 400, 400)).shape == (256, 256, 3)


def test_a_small_face_is_not_made_larger():
    assert crop_of(Box(300, 200, 40, 60)).shape == (90, 90, 3)


def test_a_face_has_a_margin_on_all_sides():
    crop = crop_of(Box(300, 200, 300, 300))[:, :, 0]

    middle = crop[128]
    assert middle[0] < 30
    assert middle[-1] < 30
    assert np.mean(middle > 128) == pytest.approx(1 / 1.5, abs=0.03)


def test_a_face_at_the_edge_is_cut_there():
    crop = crop_of(Box(0, 0, 80, 80))

    assert crop.shape == (100, 100, 3)
    assert crop[0, 0].min() > 200


@pytest.mark.parametrize("box", [Box(999, 799, 5, 5), Box(-10, -10, 11, 11), Box(0, 0, 0.2, 0.2)])
def test_a_sliver_is_still_a_picture(box):
    image = np.zeros((800, 1000, 3), np.uint8)

    assert cut_face(image, box).startswith(b"\xff\xd8")
