"""What covers a face is put on and has to be seen; what does not cover it has not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from analysis.pipeline.mesh import FACE_OVAL
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.types import FaceResult, Image

pytestmark = pytest.mark.nets

# From one ear along the jaw to the other, then back over cheeks and nose.
_JAW = FACE_OVAL[FACE_OVAL.index(454) : FACE_OVAL.index(234) + 1]
MASK_OUTLINE = (*_JAW, 118, 197, 347)

LIGHT_BLUE, WHITE, BLACK = (225, 195, 150), (235, 235, 235), (45, 40, 40)


def with_mask(image: Image, face: FaceResult, *, color: tuple[int, int, int]) -> Image:
    """Draw a mask of pleated cloth, lit like the face under it."""
    height, width = image.shape[:2]
    outline = np.round(face.mesh[list(MASK_OUTLINE), :2]).astype(np.int32)
    shape = np.zeros((height, width), dtype=np.float32)
    cv2.fillPoly(shape, [outline], 1.0)
    shape = cv2.GaussianBlur(shape, (0, 0), 0.8)[..., None]
    light = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), 12)
    light /= light[shape[..., 0] > 0.5].max()
    pleats = 1 - 0.1 * (np.arange(height) % 12 < 2)[:, None]
    cloth = np.array(color) * (light * pleats)[..., None]
    cloth += np.random.default_rng(0).normal(0, 2, cloth.shape)
    return np.clip(image * (1 - shape) + cloth * shape, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def bare(pipeline: FacePipeline, astronaut: Image) -> FaceResult:
    return pipeline.analyze(astronaut)[0]


@pytest.fixture(scope="module")
def bespectacled(pipeline: FacePipeline, grace_hopper: Image) -> FaceResult:
    return pipeline.analyze(grace_hopper)[0]


@pytest.fixture(scope="module", params=[LIGHT_BLUE, WHITE, BLACK], ids=["blue", "white", "black"])
def masked(
    request: pytest.FixtureRequest, pipeline: FacePipeline, astronaut: Image, bare: FaceResult
) -> FaceResult:
    return pipeline.analyze(with_mask(astronaut, bare, color=request.param))[0]


def likeliest(face: FaceResult, name: str) -> str:
    reading = face.readings[name]
    assert not isinstance(reading, float)
    return max(reading, key=lambda label: reading[label])


def test_glasses_are_read(bespectacled: FaceResult) -> None:
    assert likeliest(bespectacled, "glasses") == "glasses"
    assert likeliest(bespectacled, "mask") == "none"


def test_bare_face_is_read(bare: FaceResult) -> None:
    assert likeliest(bare, "glasses") == likeliest(bare, "mask") == "none"


def test_glasses_lower_their_score_only(bare: FaceResult, bespectacled: FaceResult) -> None:
    assert bespectacled.quality.glass < 50
    assert bespectacled.quality.mask > 90
    assert min(bare.quality.glass, bare.quality.mask) > 90


def test_glasses_cost_little_overall(bespectacled: FaceResult) -> None:
    assert bespectacled.quality.score >= 85


def test_mask_is_read(masked: FaceResult) -> None:
    assert likeliest(masked, "mask") == "worn"


def test_mask_lowers_its_score_and_not_that_of_glasses(
    bare: FaceResult, masked: FaceResult
) -> None:
    assert masked.quality.mask < bare.quality.mask - 50
    assert masked.quality.glass > 85


def test_mask_costs_much_overall(bare: FaceResult, masked: FaceResult) -> None:
    assert masked.quality.score < 60
    assert masked.quality.score < bare.quality.score - 30
