"""Three faces of which everything was read, for golden files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analysis.pipeline.types import Box, FaceResult, Pose, Quality, Reading
from tests.fakes import fake_result

WIDTH, HEIGHT = 800, 600


def seen_faces(count: int) -> list[FaceResult]:
    return [_woman(), _man(), _child()][:count]


def _woman() -> FaceResult:
    return _face(
        Box(40.4, 30.5, 200.2, 240.0),
        seed=1,
        pose=Pose(0.844, -2.226, -3.3),
        quality=Quality(96.414, 98.3, 99.816, 100.0, 99.999, 86.71, 99.96, 95.15),
        readings={
            "age": 38.6,
            "gender": {"female": 0.91, "male": 0.09},
            "smile": {"none": 0.2, "smile": 0.8},
            "emotion": emotions(happy=0.7),
            "ethnicity": groups(white=0.6),
            "glasses": {"none": 0.1, "glasses": 0.9, "sunglasses": 0.0},
            "mask": {"none": 0.98, "worn": 0.01, "incorrect": 0.01},
            "hat": {"none": 0.3, "hat": 0.7},
            "beauty": 52.0,
        },
    )


def _man() -> FaceResult:
    return _face(
        Box(300.0, 100.0, 150.0, 160.0),
        seed=2,
        pose=Pose(-45.0, 12.345, 170.0),
        quality=Quality(12.0, 45.678, 3.2, 88.8, 10.0, 5.5, 60.0, 40.404),
        readings={
            "age": 104.2,
            "gender": {"female": 0.2, "male": 0.8},
            "smile": {"none": 0.9, "smile": 0.1},
            "emotion": emotions(sad=0.5),
            "ethnicity": groups(latino_hispanic=0.4),
            "glasses": {"none": 0.0, "glasses": 0.1, "sunglasses": 0.9},
            "mask": {"none": 0.1, "worn": 0.2, "incorrect": 0.7},
            "hat": {"none": 0.9, "hat": 0.1},
            "beauty": 33.333,
        },
    )


def _child() -> FaceResult:
    return _face(
        Box(600.0, 400.0, 64.0, 70.49),
        seed=3,
        pose=Pose(0.001, -0.001, 0.0),
        quality=Quality(70.0, 71.1, 72.22, 73.333, 74.0, 75.0, 76.0, 77.0),
        readings={
            "age": 6.5,
            "gender": {"female": 0.5, "male": 0.5},
            "smile": {"none": 0.5, "smile": 0.5},
            "emotion": emotions(surprise=0.9),
            "ethnicity": groups(middle_eastern=0.7),
            "glasses": {"none": 1.0, "glasses": 0.0, "sunglasses": 0.0},
            "mask": {"none": 0.0, "worn": 1.0, "incorrect": 0.0},
            "hat": {"none": 1.0, "hat": 0.0},
            "beauty": 0.0,
        },
    )


def emotions(**likely: float) -> dict[str, float]:
    names = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
    return _spread(names, likely)


def groups(**likely: float) -> dict[str, float]:
    names = ("asian", "indian", "black", "white", "middle_eastern", "latino_hispanic")
    return _spread(names, likely)


def _spread(names: tuple[str, ...], likely: Mapping[str, float]) -> dict[str, float]:
    """Share what the likely ones leave among the others."""
    rest = (1 - sum(likely.values())) / (len(names) - len(likely))
    return {name: likely.get(name, rest) for name in names}


def _face(
    box: Box, *, seed: int, pose: Pose, quality: Quality, readings: Mapping[str, Reading]
) -> FaceResult:
    made_up = fake_result(box, seed=seed)
    return replace(made_up, pose=pose, quality=quality, readings=readings)
