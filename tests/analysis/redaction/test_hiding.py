from __future__ import annotations

import numpy as np
import pytest

from analysis.pipeline.types import Box
from analysis.redaction.hiding import SQUARES, Shape, Style, hide_faces

FACE = Box(80, 40, 60, 80)


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (200, 240, 3), np.uint8)


def inside(image: np.ndarray, box: Box = FACE) -> np.ndarray:
    left, top = int(box.left), int(box.top)
    return image[top : top + int(box.height), left : left + int(box.width)].astype(int)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("style", Style)
def test_no_pixel_of_the_box_stays_and_what_is_far_does(picture, style, shape):
    before = picture.copy()

    hide_faces(picture, [FACE], style=style, shape=shape)

    assert np.abs(inside(picture) - inside(before)).mean() > 40
    # Noise has nothing in common with what it was.
    assert abs(np.corrcoef(inside(picture).ravel(), inside(before).ravel())[0, 1]) < 0.35
    assert np.array_equal(picture[:, 190:], before[:, 190:])
    assert np.array_equal(picture[180:], before[180:])


def test_a_pixelated_face_has_a_few_colours(picture):
    hide_faces(picture, [FACE], style=Style.PIXELATE, shape=Shape.BOX)

    assert len(np.unique(inside(picture).reshape(-1, 3), axis=0)) <= SQUARES * SQUARES


def test_a_face_at_the_edge_and_a_tiny_one_are_hidden(picture):
    before = picture.copy()
    edge, tiny = Box(-20, -20, 50, 50), Box(150, 150, 6, 6)

    hide_faces(picture, [edge, tiny], style=Style.BLUR, shape=Shape.OVAL)

    for box in (Box(0, 0, 30, 30), tiny):
        assert not np.any(np.all(inside(picture, box) == inside(before, box), axis=2).all(axis=1))
