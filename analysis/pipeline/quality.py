"""How fit a face is for recognition: eight scores from 0 to 100, higher is better.

Noise, blur and illumination come from the pixels, the others from the detector, the mesh and the
heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from analysis.pipeline.pixels import FaceView, blur_radius, lighting_fault, noise_level
from analysis.pipeline.types import Pose, Quality, Reading


@dataclass(frozen=True, slots=True)
class Curve:
    """A falling score: 100 up to `good`, 85 at `fair`, then ever faster towards 0."""

    good: float
    fair: float

    def score(self, badness: float) -> float:
        """Return 0–100 for a measure that grows as the picture gets worse."""
        excess = max(badness - self.good, 0.0) / (self.fair - self.good)
        return float(100 * 0.85 ** (excess**1.5))


# In grey levels; in pixels of the crop; in units of `lighting_fault`; in degrees.
NOISE = Curve(good=1.5, fair=7.0)
BLUR = Curve(good=2.4, fair=3.6)
ILLUMINATION = Curve(good=0.20, fair=0.60)
POSE = Curve(good=5.0, fair=25.0)
# Points off what the overall score sees of the glasses, by label; any other label costs all.
GLASSES_COST: Mapping[str, float] = MappingProxyType(
    {"none": 0.0, "glasses": 10.0, "sunglasses": 50.0}
)


def score_quality(
    *,
    crop: FaceView,
    native: FaceView,
    detector_score: float,
    face_flag: float,
    pose: Pose,
    readings: Mapping[str, Reading],
) -> Quality:
    """Score one face from its upright crop of known size and from its own pixels.

    `face_flag` is the mesh's logit. `readings` may hold glasses and mask, each with the label none.
    """
    parts = {
        "noise": NOISE.score(noise_level(native)),
        "blur": BLUR.score(blur_radius(crop)),
        "illumination": ILLUMINATION.score(lighting_fault(crop)),
        "fnf": _face_score(detector_score, face_flag),
        "pose": POSE.score(float(np.hypot(pose.yaw, 1.3 * pose.pitch))),
        "glass": _bare_score(readings, "glasses"),
        "mask": _bare_score(readings, "mask"),
    }
    overall = _overall({**parts, "glass": _glasses_fitness(readings)})
    return Quality(score=overall, **parts)


def _face_score(detector_score: float, face_flag: float) -> float:
    """Join the detector's probability and the mesh's flag: both must see a face."""
    seen = 1 / (1 + np.exp(-face_flag))
    return float(100 * np.sqrt(np.clip(detector_score, 0, 1) * seen))


def _bare_score(readings: Mapping[str, Reading], name: str) -> float:
    reading = readings.get(name)
    if not isinstance(reading, Mapping):
        return 100.0
    return float(100 * reading["none"])


def _glasses_fitness(readings: Mapping[str, Reading]) -> float:
    """Return 0–100: how fit for recognition glasses leave a face, which `_overall` takes.

    Less strict than the score `glass`. Among 674 pictures of LFW's public figures, glasses on one
    of two pictures of a person took the mean cosine of the embeddings from 0.61 to 0.55, and the
    pairs recognised at 1 % false alarms from 97 to 95 % (43 pairs); sunglasses took them to 0.35
    and half (8 pairs). The costs are modest guesses in that order, not a fit.
    """
    reading = readings.get("glasses")
    if not isinstance(reading, Mapping):
        return 100.0
    lost = sum(chance * GLASSES_COST.get(label, 100.0) for label, chance in reading.items())
    return float(100 - lost)


def _overall(parts: Mapping[str, float]) -> float:
    """The mean of the parts, pulled towards the worst: one fault is enough to spoil a face."""
    values = np.array(list(parts.values()))
    return float(0.5 * values.mean() + 0.5 * values.min())
