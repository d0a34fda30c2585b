"""A real face is spoilt by known amounts, and the score of that fault has to fall."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable

import numpy as np
import pytest

from analysis.manifest import MODELS_DIR
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.pixels import block_step
from analysis.pipeline.quality import Curve
from analysis.pipeline.types import FaceResult, Floats, Image, Quality

sys.path.append(str(MODELS_DIR / "recipes"))

import degraded_faces
from drawn_eyewear import Eyewear, draw_eyewear
from drawn_masks import draw_mask
from face_chart import Chart

# A score that is not meant may still move by this much.
SLACK = 4.0
NAMES = {"noise", "blur", "illumination", "fnf", "pose", "glass", "mask"}


def noisy(image: Image, sigma: float) -> Image:
    return degraded_faces.noisy(image, sigma, np.random.default_rng(0))


def compressed(image: Image, quality: float) -> Image:
    return degraded_faces.compressed(image, int(quality))


@dataclasses.dataclass(frozen=True)
class Fault:
    """What it lowers, in rising strength, and under which score the strongest one is."""

    score: str
    spoil: Callable[[Image, float], Image]
    amounts: tuple[float, ...]
    under: float = 70.0


FAULTS = {
    "noise": Fault("noise", noisy, (6, 10, 16, 25)),
    "jpeg": Fault("noise", compressed, (20, 12, 8, 5)),
    "blur": Fault("blur", degraded_faces.blurred, (1.5, 2, 3, 4)),
    "shrinking": Fault("blur", degraded_faces.shrunk, (0.6, 0.4, 0.28, 0.2), under=80),
    "darkness": Fault("illumination", degraded_faces.exposed, (0.3, 0.2, 0.15, 0.1)),
    "overexposure": Fault("illumination", degraded_faces.exposed, (1.3, 1.6, 2, 2.5)),
}
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@pytest.fixture(scope="module")
def score(pipeline: FacePipeline) -> Callable[[Image], Quality]:
    return lambda image: pipeline.analyze(image)[0].quality


@pytest.fixture(scope="module")
def bare(pipeline: FacePipeline, astronaut: Image) -> FaceResult:
    return pipeline.analyze(astronaut)[0]


@pytest.fixture(scope="module")
def spoilt(astronaut: Image, score: Callable[[Image], Quality]) -> Callable[[Fault], list[Quality]]:
    """Score a fault in each strength, once for all tests."""
    known: dict[int, list[Quality]] = {}

    def look(fault: Fault) -> list[Quality]:
        if id(fault) not in known:
            known[id(fault)] = [score(fault.spoil(astronaut, each)) for each in fault.amounts]
        return known[id(fault)]

    return look


@pytest.fixture(scope="module")
def turned(astronaut: Image, bare: FaceResult, score: Callable[[Image], Quality]) -> list[Quality]:
    return [score(degraded_faces.turned(astronaut, bare.mesh, each)) for each in (10, 20, 30, 40)]


def moved(before: Quality, after: Quality) -> set[str]:
    """Return the scores, less the overall one, that fell by more than the slack."""
    return {name for name in NAMES if getattr(after, name) < getattr(before, name) - SLACK}


@pytest.mark.nets
@every_fault
def test_each_fault_lowers_its_score_step_by_step(
    fault: Fault, spoilt: Callable[[Fault], list[Quality]], bare: FaceResult
) -> None:
    clean = getattr(bare.quality, fault.score)

    scores = [getattr(quality, fault.score) for quality in spoilt(fault)]

    assert clean > 95
    assert scores == sorted(scores, reverse=True)
    assert scores[0] < clean
    assert scores[-1] < fault.under


@pytest.mark.nets
@every_fault
def test_each_fault_leaves_the_other_scores_alone(
    fault: Fault, spoilt: Callable[[Fault], list[Quality]], bare: FaceResult
) -> None:
    for quality in spoilt(fault):
        assert moved(bare.quality, quality) <= {fault.score}


@pytest.mark.nets
@every_fault
def test_each_fault_lowers_the_overall_score(
    fault: Fault, spoilt: Callable[[Fault], list[Quality]], bare: FaceResult
) -> None:
    scores = [quality.score for quality in spoilt(fault)]

    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < bare.quality.score - 10


@pytest.mark.nets
def test_turning_lowers_the_pose_score_step_by_step(
    turned: list[Quality], bare: FaceResult
) -> None:
    scores = [bare.quality.pose, *(quality.pose for quality in turned)]

    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 85


@pytest.mark.nets
def test_turning_leaves_the_other_scores_alone(turned: list[Quality], bare: FaceResult) -> None:
    for quality in turned:
        assert moved(bare.quality, quality) <= {"pose"}


@pytest.mark.nets
def test_turning_lowers_the_overall_score(turned: list[Quality], bare: FaceResult) -> None:
    scores = [quality.score for quality in turned]

    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < bare.quality.score - 2


@pytest.mark.nets
@pytest.mark.parametrize("seat", ["nose", "mouth", "chin"])
def test_a_drawn_mask_lowers_the_mask_score_alone(
    seat: str, astronaut: Image, bare: FaceResult, score: Callable[[Image], Quality]
) -> None:
    random = np.random.default_rng(0)

    masked = score(draw_mask(astronaut, Chart.of(bare.mesh), seat, random))

    assert masked.mask < 5
    assert moved(bare.quality, masked) == {"mask"}
    assert masked.score < bare.quality.score - 20


@pytest.mark.nets
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("eyewear", ["glasses", "sunglasses"])
def test_drawn_glasses_lower_the_glasses_score_alone(
    eyewear: Eyewear,
    seed: int,
    astronaut: Image,
    bare: FaceResult,
    score: Callable[[Image], Quality],
) -> None:
    random = np.random.default_rng(seed)

    covered = score(draw_eyewear(astronaut, Chart.of(bare.mesh), eyewear, random))

    assert covered.glass < bare.quality.glass - 80
    assert moved(bare.quality, covered) == {"glass"}


@pytest.mark.nets
def test_sunglasses_cost_more_of_the_overall_score_than_glasses(
    astronaut: Image, bare: FaceResult, score: Callable[[Image], Quality]
) -> None:
    chart = Chart.of(bare.mesh)
    kinds: tuple[Eyewear, ...] = ("glasses", "sunglasses")

    glasses, sunglasses = (
        score(draw_eyewear(astronaut, chart, kind, np.random.default_rng(1))).score
        for kind in kinds
    )

    assert sunglasses + 10 < glasses < bare.quality.score


@pytest.mark.nets
@pytest.mark.parametrize("sigma", [3, 4, 5])
def test_strong_blur_does_not_look_like_glasses(
    sigma: float, astronaut: Image, bare: FaceResult, score: Callable[[Image], Quality]
) -> None:
    blurred = score(degraded_faces.blurred(astronaut, sigma))

    assert blurred.glass >= bare.quality.glass - SLACK


@pytest.mark.nets
def test_glasses_are_still_seen_through_some_blur(
    grace_hopper: Image, score: Callable[[Image], Quality]
) -> None:
    assert score(degraded_faces.blurred(grace_hopper, 3)).glass < 10


@pytest.mark.nets
def test_good_portraits_pass_the_advised_85(
    score: Callable[[Image], Quality], astronaut: Image, grace_hopper: Image
) -> None:
    assert min(score(astronaut).score, score(grace_hopper).score) >= 85


@pytest.mark.nets
def test_scores_stay_within_their_range(
    score: Callable[[Image], Quality], astronaut: Image
) -> None:
    for image in (astronaut, noisy(astronaut, 60), degraded_faces.exposed(astronaut, 0.1)):
        values = dataclasses.astuple(score(image))
        assert 0 <= min(values) <= max(values) <= 100


def test_curve_is_100_at_good_and_85_at_fair() -> None:
    curve = Curve(good=2, fair=5)

    assert [curve.score(value) for value in (0, 2, 5)] == pytest.approx([100, 100, 85])


def test_curve_falls_towards_0() -> None:
    assert Curve(good=2, fair=5).score(60) < 1


@pytest.mark.parametrize("shift", [0, 3])
def test_blocks_are_seen_where_jpeg_puts_them_only(shift: int) -> None:
    levels = np.repeat(np.repeat(np.random.default_rng(0).integers(80, 160, (32, 32)), 8, 0), 8, 1)
    image = np.repeat(np.roll(levels, shift, axis=(0, 1))[..., None], 3, axis=2).astype(np.uint8)

    step = block_step(image, face_outline())

    assert step > 10 if shift == 0 else step == 0


@pytest.mark.parametrize("sigma", [2, 20])
def test_noise_has_no_blocks(sigma: float) -> None:
    image = noisy(np.full((256, 256, 3), 120, dtype=np.uint8), sigma)

    assert block_step(image, face_outline()) < 0.05 * sigma


def face_outline() -> Floats:
    """Return the rim of a face of 120 × 160 px in the middle of 256 × 256."""
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    rim = np.stack([60 * np.cos(angles), 80 * np.sin(angles)], axis=1) + 128
    return np.asarray(rim, dtype=np.float32)
