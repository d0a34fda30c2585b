from __future__ import annotations

import io

import numpy as np
from PIL import Image

from analysis.compat.scaleflex.drawing import FRAME, MOST_SIDE_PX, draw, sketch
from analysis.compat.scaleflex.faces import render_faces
from tests.analysis.compat.seen_faces import HEIGHT, WIDTH, seen_faces

# A JPEG lies in between, so colours are nearly the same.
BACKGROUND = (40, 120, 200)


def drawn(count: int, *, width: int = WIDTH, height: int = HEIGHT, factor: int = 1) -> np.ndarray:
    pixels = np.full((height, width, 3), (200, 120, 40), np.uint8)
    faces = render_faces(seen_faces(count), landmarks=False)
    for face in faces.values():
        face["box"] = [edge * factor for edge in face["box"]]
    image = Image.open(io.BytesIO(draw(sketch(pixels, faces))))
    assert image.format == "PNG"
    return np.asarray(image)


def test_picture_without_faces_keeps_its_pixels_and_its_colours():
    picture = drawn(0)

    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(picture.astype(int) - BACKGROUND).max() <= 2


def test_each_face_is_framed_where_its_box_is():
    picture = drawn(3)

    for left, top, right, bottom in ((40, 31, 241, 271), (300, 100, 450, 260)):
        assert tuple(picture[(top + bottom) // 2, left]) == FRAME
        assert tuple(picture[(top + bottom) // 2, right]) == FRAME
        assert tuple(picture[bottom, (left + right) // 2]) == FRAME
        inside = picture[(top + bottom) // 2, (left + right) // 2].astype(int)
        assert np.abs(inside - BACKGROUND).max() <= 2


def test_label_is_written_above_the_box():
    above = drawn(1)[:28, 40:200]

    assert (above == FRAME).all(axis=2).sum() > 500
    assert (above.sum(axis=2) < 150).sum() > 50


def test_large_picture_is_drawn_smaller_with_its_boxes():
    picture = drawn(1, width=4 * WIDTH, height=4 * HEIGHT, factor=4)

    assert picture.shape == (MOST_SIDE_PX * HEIGHT // WIDTH, MOST_SIDE_PX, 3)
    scale = MOST_SIDE_PX / WIDTH
    assert tuple(picture[round(150 * scale), round(40 * scale)]) == FRAME


def test_box_beyond_the_picture_and_readings_that_are_off_are_drawn():
    face = {"box": [-50, -60, 5000, 0], "gender": "", "age": 0, "dominant_emotion": ""}

    encoded = draw(sketch(np.zeros((40, 60, 3), np.uint8), {"face_0": face}))

    assert Image.open(io.BytesIO(encoded)).size == (60, 40)
