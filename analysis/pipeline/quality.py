"""How fit a face is for recognition: eight scores from 0 to 100, higher is better.

Noise, blur and illumination come from the pixels, the others from the detector, the mesh and the
heads. The overall score predicts how far the faults have moved the embedding: it is to be
100 · 0.85 ** (drift / 0.15), where drift is 1 less the cosine to the embedding without faults.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from analysis.pipeline.pixels import FaceView, blur_radius, lighting_fault, noise_fault
from analysis.pipeline.types import Pose, Quality, Reading


@dataclass(frozen=True, slots=True)
class Curve:
    """A falling score: 100 up to `good`, 85 at `fair`, then towards 0, faster with `power`."""

    good: float
    fair: float
    power: float = 1.5

    def score(self, badness: float) -> float:
        """Return 0–100 for a measure that grows as the picture gets worse."""
        excess = max(badness - self.good, 0.0) / (self.fair - self.good)
        return float(100 * 0.85 ** (excess**self.power))


# `models/recipes/fit_quality.py` fits these three and COVER_DOUBT. Units of `noise_fault`, pixels
# of the 224 px crop, units of `lighting_fault`.
NOISE = Curve(good=0.11, fair=0.28, power=1.0)
BLUR = Curve(good=2.53, fair=4.06)
ILLUMINATION = Curve(good=0.0, fair=0.76, power=2.0)
# In degrees.
POSE = Curve(good=5.0, fair=25.0)
# The power with which a score counts in the overall one. Faces turned by up to 40° are still
# recognised: it sees little of that.
SHARES: Mapping[str, float] = MappingProxyType(
    {"noise": 0.5, "blur": 0.5, "illumination": 0.5, "fnf": 1.0, "pose": 0.25}
)
# A surer detection is no more of a face.
SURE_DETECTION = 0.6
# Points off what the overall score sees of a cover, by label; any other label costs all.
GLASSES_COST: Mapping[str, float] = MappingProxyType(
    {"none": 0.0, "glasses": 10.0, "sunglasses": 35.0}
)
MASK_COST: Mapping[str, float] = MappingProxyType({"none": 0.0, "worn": 40.0, "incorrect": 28.0})
# Bare faces look covered to the heads where pixels are bad: so much their log odds of being bare
# fall when pixels lose the whole overall score.
COVER_DOUBT = 14.0


def score_quality(
    *,
    crop: FaceView,
    native: FaceView,
    block_step: float,
    detector_score: float,
    face_flag: float,
    pose: Pose,
    readings: Mapping[str, Reading],
) -> Quality:
    """Score one face from its upright crop of known size and from its own pixels.

    `block_step` is how strong JPEG's blocks are in these, in grey levels. `face_flag` is the mesh's
    logit. `readings` may hold glasses and mask, each with the label none.
    """
    pixels = {
        "noise": NOISE.score(noise_fault(native, block_step=block_step)),
        "blur": BLUR.score(blur_radius(crop)),
        "illumination": ILLUMINATION.score(lighting_fault(crop)),
    }
    others = {
        "fnf": _face_score(detector_score, face_flag),
        "pose": POSE.score(float(np.hypot(pose.yaw, 1.3 * pose.pitch))),
    }
    clear = _join(pixels)
    glasses, mask = (_doubt(readings.get(name), clear=clear) for name in ("glasses", "mask"))
    fitness = clear * _join(others) * _fitness(glasses, GLASSES_COST) * _fitness(mask, MASK_COST)
    return Quality(
        score=100 * fitness,
        glass=100 * glasses["none"],
        mask=100 * mask["none"],
        **pixels,
        **others,
    )


def _face_score(detector_score: float, face_flag: float) -> float:
    """Join the detector's probability and the mesh's flag: both must see a face."""
    seen = 1 / (1 + np.exp(-face_flag))
    return float(100 * np.sqrt(np.clip(detector_score / SURE_DETECTION, 0, 1) * seen))


def _join(scores: Mapping[str, float]) -> float:
    """Return 0–1: each fault takes its share of what the others left."""
    return math.prod(math.pow(score / 100, SHARES[name]) for name, score in scores.items())


def _doubt(reading: Reading | None, *, clear: float) -> Mapping[str, float]:
    """Believe a head less that sees a cover, the less `clear` (0–1) the pixels are.

    A reading that is absent says that there is no cover.
    """
    if not isinstance(reading, Mapping):
        return {"none": 1.0}
    gain = math.exp(COVER_DOUBT * (1 - clear))
    weights = {
        label: chance * (gain if label == "none" else 1.0) for label, chance in reading.items()
    }
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def _fitness(reading: Mapping[str, float], cost: Mapping[str, float]) -> float:
    """Return 0–1: how fit for recognition a cover leaves a face.

    Less strict than the scores `glass` and `mask`. Among 674 pictures of LFW's public figures,
    glasses on one of two pictures of a person took the mean cosine of the embeddings from 0.61 to
    0.55, and the pairs recognised at 1 % false alarms from 97 to 95 % (43 pairs); sunglasses took
    them to 0.35 and half (8 pairs). The costs follow that and the drift when covers are drawn.
    """
    return 1 - sum(chance * cost.get(label, 100.0) for label, chance in reading.items()) / 100
