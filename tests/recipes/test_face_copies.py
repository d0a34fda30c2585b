from __future__ import annotations

import sys

import numpy as np
import pytest

from analysis.manifest import MODELS_DIR
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.types import Box, Image

sys.path.append(str(MODELS_DIR / "recipes"))

from face_copies import cut_copy

FACE = Detection(
    box=Box(40, 30, 60, 80),
    score=0.9,
    keypoints=np.array([[55, 60], [85, 60], [70, 75], [58, 95], [82, 95]], dtype=np.float32),
)


@pytest.fixture
def image() -> Image:
    random = np.random.default_rng(0)
    return random.integers(0, 256, (160, 140, 3), dtype=np.uint8)


def copy_of(image: Image, number: int) -> Image:
    return cut_copy(image, FACE, CROPS["upright"], size=64, name="a.jpg", copy=number)


def test_first_copy_is_what_the_service_sees(image: Image) -> None:
    crop = cut_crops(image, [FACE], CROPS["upright"], size=64).pixels[0]

    np.testing.assert_array_equal(copy_of(image, 0), crop)


def test_second_copy_is_the_mirror_image(image: Image) -> None:
    np.testing.assert_array_equal(copy_of(image, 1), copy_of(image, 0)[:, ::-1])


def test_a_copy_is_the_same_each_time(image: Image) -> None:
    np.testing.assert_array_equal(copy_of(image, 3), copy_of(image, 3))


def test_copies_differ(image: Image) -> None:
    assert np.abs(copy_of(image, 2).astype(int) - copy_of(image, 3)).mean() > 5
