"""What is drawn on labelled faces, and how the drawn copies are labelled."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from drawn_eyewear import Eyewear, draw_eyewear
from drawn_masks import SEATS, Seat, draw_mask
from drawn_obstacles import OBSTACLES, Obstacle, draw_obstacle
from face_chart import Chart
from labelled_faces import Sample

from analysis.manifest import load_manifest
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.mesh import MeshNet
from analysis.pipeline.session import OrtSession
from analysis.pipeline.types import Image

T = TypeVar("T")
# None, then the seats in their order.
_SEAT_SHARES = (0.28, 0.31, 0.26, 0.12, 0.03)
_SUNGLASSES_SEAT_SHARES = (0.2, 0.5, 0.2, 0.1, 0.0)
# None, glasses, sunglasses.
_EYEWEAR_SHARES = (0.5, 0.2, 0.3)
_MASKED_EYEWEAR_SHARES = (0.0, 0.35, 0.65)
_OBSTACLE_SHARE = 0.65


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn on one copy of a face."""

    seat: Seat | None = None
    eyewear: Eyewear | None = None
    obstacle: Obstacle | None = None

    def label(self, sample: Sample) -> Mapping[str, str]:
        """Return the labels of the copy; a label that nobody knows is absent."""
        labels = dict(sample.labels)
        if self.seat == "ear":
            # The crop shows too little of it for either answer to be wrong.
            labels.pop("mask", None)
        elif self.seat:
            labels["mask"] = "worn" if self.seat == "nose" else "incorrect"
        if self.eyewear:
            labels["glasses"] = self.eyewear
        return labels


def plan_scene(sample: Sample, copy: int) -> Scene:
    """Choose what to draw, the same for the same face and copy each time.

    Faces in masks get eyewear only, faces in sunglasses masks only, bare ones anything.
    """
    random = _random(sample, copy, purpose=0)
    if sample.labels.get("mask", "none") != "none":
        return Scene(eyewear=_choose(_EYEWEAR, _MASKED_EYEWEAR_SHARES, random))
    shares = _SUNGLASSES_SEAT_SHARES if sample.archive == "sunglasses" else _SEAT_SHARES
    seat = _choose(_SEATS, shares, random)
    bare = sample.labels.get("glasses", "none") == "none"
    eyewear = _choose(_EYEWEAR, _EYEWEAR_SHARES, random) if bare else None
    obstacle = None
    if seat is None and random.random() < _OBSTACLE_SHARE:
        obstacle = OBSTACLES[random.integers(len(OBSTACLES))]
    return Scene(seat=seat, eyewear=eyewear, obstacle=obstacle)


class ScenePainter:
    """Draws the planned scenes: what a `FeatureStore` takes as `alter`."""

    def __init__(self, *, threads: int) -> None:
        spec = load_manifest().net("mesh")
        if spec.input is None:
            raise SystemExit("the manifest's mesh takes no pixels")
        self._net = MeshNet(OrtSession(spec, threads=threads, wanted=spec.outputs), spec.input)
        self._size = spec.input.size

    def __call__(self, image: Image, face: Detection, sample: Sample, copy: int) -> Image:
        return self.draw(image, face, plan_scene(sample, copy), _random(sample, copy, purpose=1))

    def draw(
        self, image: Image, face: Detection, scene: Scene, random: np.random.Generator
    ) -> Image:
        """Return the picture with a scene drawn on a face of it."""
        mesh = self._net.lay(cut_crops(image, [face], CROPS["mesh"], size=self._size))
        chart = Chart.of(mesh.points[0])
        # Some wear the mask over the glasses.
        over = random.random() < 0.3
        if scene.eyewear and over:
            image = draw_eyewear(image, chart, scene.eyewear, random)
        if scene.seat:
            image = draw_mask(image, chart, scene.seat, random)
        if scene.eyewear and not over:
            image = draw_eyewear(image, chart, scene.eyewear, random)
        if scene.obstacle:
            image = draw_obstacle(image, chart, scene.obstacle, random)
        return image


_SEATS: tuple[Seat | None, ...] = (None, *SEATS)
_EYEWEAR: tuple[Eyewear | None, ...] = (None, "glasses", "sunglasses")


def _choose(options: tuple[T, ...], shares: tuple[float, ...], random: np.random.Generator) -> T:
    return options[random.choice(len(options), p=shares)]


def _random(sample: Sample, copy: int, *, purpose: int) -> np.random.Generator:
    return np.random.default_rng((zlib.crc32(sample.file.encode()), copy, purpose))
