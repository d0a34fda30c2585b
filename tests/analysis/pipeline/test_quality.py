"""A real face is spoilt by known amounts, and the score of that fault has to fall."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.quality import Curve
from analysis.pipeline.types import Image, Quality

pytestmark = pytest.mark.nets

# A score that is not meant may still move by this much.
SLACK = 4.0


def noisy(image: Image, sigma: float) -> Image:
    noise = np.random.default_rng(0).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def blurred(image: Image, sigma: float) -> Image:
    return cv2.GaussianBlur(image, (0, 0), sigma)


def darkened(image: Image, factor: float) -> Image:
    return (image * factor).astype(np.uint8)


FAULTS: list[tuple[str, Callable[[Image, float], Image], list[float]]] = [
    ("noise", noisy, [6, 10, 16, 25]),
    ("blur", blurred, [1.5, 2, 3, 4]),
    ("illumination", darkened, [0.3, 0.2, 0.15, 0.1]),
]


@pytest.fixture(scope="module")
def score(pipeline: FacePipeline) -> Callable[[Image], Quality]:
    return lambda image: pipeline.analyze(image)[0].quality


@pytest.mark.parametrize(("name", "spoil", "amounts"), FAULTS)
def test_each_fault_lowers_its_score_step_by_step(
    name: str,
    spoil: Callable[[Image, float], Image],
    amounts: list[float],
    score: Callable[[Image], Quality],
    astronaut: Image,
) -> None:
    clean = getattr(score(astronaut), name)

    scores = [getattr(score(spoil(astronaut, amount)), name) for amount in amounts]

    assert clean > 95
    assert scores == sorted(scores, reverse=True)
    assert scores[0] < clean
    assert scores[-1] < 70


@pytest.mark.parametrize(("name", "spoil", "amounts"), FAULTS)
def test_each_fault_leaves_the_other_scores_of_the_pixels_alone(
    name: str,
    spoil: Callable[[Image, float], Image],
    amounts: list[float],
    score: Callable[[Image], Quality],
    astronaut: Image,
) -> None:
    clean, spoilt = score(astronaut), score(spoil(astronaut, amounts[2]))

    for other in {"noise", "blur", "illumination", "pose"} - {name}:
        assert getattr(spoilt, other) >= getattr(clean, other) - SLACK


@pytest.mark.parametrize(("name", "spoil", "amounts"), FAULTS)
def test_each_fault_lowers_the_overall_score(
    name: str,
    spoil: Callable[[Image, float], Image],
    amounts: list[float],
    score: Callable[[Image], Quality],
    astronaut: Image,
) -> None:
    assert score(spoil(astronaut, amounts[-1])).score < score(astronaut).score - 10


def test_good_portraits_pass_the_advised_85(
    score: Callable[[Image], Quality], astronaut: Image, grace_hopper: Image
) -> None:
    assert min(score(astronaut).score, score(grace_hopper).score) >= 85


def test_scores_stay_within_their_range(
    score: Callable[[Image], Quality], astronaut: Image
) -> None:
    for image in (astronaut, noisy(astronaut, 60), darkened(astronaut, 0.1)):
        values = dataclasses.astuple(score(image))
        assert 0 <= min(values) <= max(values) <= 100


def test_curve_is_100_at_good_and_85_at_fair() -> None:
    curve = Curve(good=2, fair=5)

    assert [curve.score(value) for value in (0, 2, 5)] == pytest.approx([100, 100, 85])


def test_curve_falls_towards_0() -> None:
    assert Curve(good=2, fair=5).score(60) < 1
