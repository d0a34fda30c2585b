from __future__ import annotations

import numpy as np
import pytest

from analysis.pipeline.crops import CropSpec, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.types import Box, Image


def detection(box: Box, *, degrees: float = 0.0) -> Detection:
    """A face whose eyes lie level, or are turned clockwise about the box's centre."""
    center = np.array([box.left + box.width / 2, box.top + box.height / 2])
    direction = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    half = direction * box.width / 4
    points = np.stack([center - half, center + half, center, center - half, center + half])
    return Detection(box=box, score=0.9, keypoints=points.astype(np.float32))


def checkered(width: int, height: int) -> Image:
    rows, columns = np.mgrid[:height, :width]
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[..., 0], image[..., 1] = columns % 256, rows % 256
    return image


def test_crop_of_the_same_size_is_the_pixels_themselves() -> None:
    image = checkered(200, 200)

    crops = cut_crops(image, [detection(Box(40, 30, 64, 64))], CropSpec(factor=1), size=64)

    assert np.array_equal(crops.pixels[0], image[30:94, 40:104])


def test_points_go_to_the_picture_and_back() -> None:
    faces = [detection(Box(40, 30, 50, 70), degrees=25), detection(Box(100, 90, 20, 20))]
    crops = cut_crops(checkered(200, 200), faces, CropSpec(factor=1.5), size=192)
    points = np.array([[[0, 0], [96, 10]], [[5, 7], [191, 191]]], dtype=np.float32)

    there = crops.map_to_picture(points)

    assert crops.map_from_picture(there) == pytest.approx(points, abs=1e-3)


def test_middle_of_the_crop_is_the_middle_of_the_box() -> None:
    face = detection(Box(40, 30, 50, 70), degrees=30)
    crops = cut_crops(checkered(200, 200), [face], CropSpec(factor=1.15), size=224)

    middle = crops.map_to_picture(np.full((1, 1, 2), 111.5, dtype=np.float32))[0, 0]

    assert tuple(middle) == pytest.approx((64.5, 64.5), abs=1e-3)


def test_turned_face_is_upright_in_the_crop() -> None:
    face = detection(Box(40, 30, 60, 60), degrees=30)
    crops = cut_crops(checkered(200, 200), [face], CropSpec(factor=1.2), size=100)

    left_eye, right_eye = crops.map_from_picture(face.keypoints[None])[0, :2]

    assert left_eye[1] == pytest.approx(right_eye[1], abs=1e-3)
    assert left_eye[0] < right_eye[0]


def test_scale_is_picture_pixels_for_each_crop_pixel() -> None:
    face = detection(Box(0, 0, 100, 50), degrees=10)
    crops = cut_crops(checkered(200, 200), [face], CropSpec(factor=1.5), size=75)

    assert crops.scales() == pytest.approx([2.0])


def test_outside_of_the_picture_is_black() -> None:
    image = np.full((100, 100, 3), 200, dtype=np.uint8)

    crops = cut_crops(image, [detection(Box(-50, 20, 100, 60))], CropSpec(factor=1), size=50)

    assert crops.pixels[0, 25, 2].tolist() == [0, 0, 0]
    assert crops.pixels[0, 25, 40].tolist() == [200, 200, 200]


def test_face_that_is_shrunk_is_averaged_and_not_skipped() -> None:
    image = np.zeros((800, 800, 3), dtype=np.uint8)
    image[:, ::2] = 200

    crops = cut_crops(image, [detection(Box(100, 100, 600, 600))], CropSpec(factor=1), size=60)

    assert crops.pixels[0, 10:50, 10:50] == pytest.approx(100, abs=6)


def test_shrunk_face_stays_in_its_place() -> None:
    image = np.zeros((900, 900, 3), dtype=np.uint8)
    image[430:470, 310:350] = 255
    face = detection(Box(113, 127, 640, 640))

    crops = cut_crops(image, [face], CropSpec(factor=1), size=100)

    rows, columns = np.nonzero(crops.pixels[0, ..., 0] > 127)
    spot = np.array([[[columns.mean(), rows.mean()]]], dtype=np.float32)
    assert tuple(crops.map_to_picture(spot)[0, 0]) == pytest.approx((329.5, 449.5), abs=2)
