"""What covers a face is put on and has to be seen; what does not cover it has not.

Things are drawn by the recipes that draw them for training, and once by hand.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np
import onnxruntime
import pytest

from analysis.manifest import MODELS_DIR, NetSpec, load_manifest
from analysis.pipeline.mesh import FACE_OVAL
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.types import FaceResult, Image

sys.path.append(str(MODELS_DIR / "recipes"))

from drawn_eyewear import draw_eyewear
from drawn_masks import draw_mask
from drawn_obstacles import OBSTACLES, draw_obstacle
from face_chart import Chart

pytestmark = pytest.mark.nets

NAMES = ("mask", "glasses", "hat")
MOST_BYTES = 1_500_000
SEEDS = range(4)
# Of these the lenses are dark: what a light tint is, people disagree on.
DARK_LENSES = (1, 3)

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


@pytest.fixture(scope="module")
def chart(bare: FaceResult) -> Chart:
    return Chart.of(bare.mesh)


def net(name: str) -> NetSpec:
    return next(spec for spec in load_manifest().nets if spec.name == name)


def likeliest(face: FaceResult, name: str) -> str:
    reading = face.readings[name]
    assert not isinstance(reading, float)
    return max(reading, key=lambda label: reading[label])


def test_glasses_are_read(bespectacled: FaceResult) -> None:
    assert likeliest(bespectacled, "glasses") == "glasses"
    assert likeliest(bespectacled, "mask") == "none"


def test_bare_face_is_read(bare: FaceResult) -> None:
    assert likeliest(bare, "glasses") == likeliest(bare, "mask") == likeliest(bare, "hat") == "none"


def test_hat_is_read(bespectacled: FaceResult) -> None:
    assert likeliest(bespectacled, "hat") == "hat"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("seat", "reading"), [("nose", "worn"), ("mouth", "incorrect"), ("chin", "incorrect")]
)
def test_where_a_mask_sits_is_read(
    pipeline: FacePipeline, astronaut: Image, chart: Chart, *, seat: str, reading: str, seed: int
) -> None:
    drawn = draw_mask(astronaut, chart, seat, np.random.default_rng(seed))

    assert likeliest(pipeline.analyze(drawn)[0], "mask") == reading


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_is_no_mask_is_not_read_as_worn(
    pipeline: FacePipeline, astronaut: Image, chart: Chart, obstacle: str
) -> None:
    drawn = draw_obstacle(astronaut, chart, obstacle, np.random.default_rng(0))

    assert likeliest(pipeline.analyze(drawn)[0], "mask") == "none"


@pytest.mark.parametrize("seed", DARK_LENSES)
@pytest.mark.parametrize("masked_too", [False, True])
def test_sunglasses_are_read_with_and_without_a_mask(
    pipeline: FacePipeline, astronaut: Image, chart: Chart, *, masked_too: bool, seed: int
) -> None:
    drawn = draw_eyewear(astronaut, chart, "sunglasses", np.random.default_rng(seed))
    if masked_too:
        drawn = draw_mask(drawn, chart, "nose", np.random.default_rng(seed))

    face = pipeline.analyze(drawn)[0]

    assert likeliest(face, "glasses") == "sunglasses"


@pytest.mark.parametrize("name", NAMES)
def test_batch_gives_what_single_faces_give(name: str) -> None:
    spec = net(name)
    random = np.random.default_rng(0)
    session = onnxruntime.InferenceSession(str(spec.path), providers=["CPUExecutionProvider"])
    shapes = {one.name: one.shape[1:] for one in session.get_inputs()}
    faces = {
        one: random.gamma(0.3, 1.0, (3, *shapes[one])).clip(0, 6).astype(np.float32)
        for one in spec.features
    }

    batch = session.run(None, faces)[0]

    for index in range(3):
        alone = session.run(None, {key: rows[index : index + 1] for key, rows in faces.items()})
        np.testing.assert_allclose(batch[index], alone[0][0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_head_is_small(name: str) -> None:
    assert net(name).path.stat().st_size <= MOST_BYTES


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
