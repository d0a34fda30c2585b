"""How fit a face is for recognition: eight scores from 0 to 100, higher is better.

Noise, blur and illumination are measured on the pixels inside the face's outline, in a crop of
known size; the others come from the detector, the mesh and the heads.

Sources: noise by Immerkær, "Fast Noise Variance Estimation", 1996; blur by Crete et al., "The blur
effect: perception and estimation with a new no-reference perceptual blur metric", 2007.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from analysis.pipeline.types import Floats, Image, Pose, Quality, Reading

# The outline of the face as points of the mesh, in order.
# fmt: off
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)
# fmt: on
_LAPLACIAN_DIFFERENCE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Curve:
    """A falling score: 100 up to `good`, 85 at `fair`, halved with each further step like it."""

    good: float
    fair: float

    def score(self, badness: float) -> float:
        """Return 0–100 for a measure that grows as the picture gets worse."""
        excess = max(badness - self.good, 0.0) / (self.fair - self.good)
        return float(100 * 0.85 ** (excess**1.5))


# In grey levels; in the blur metric's units, 0–1; in units of `_lighting_fault`; in degrees.
NOISE = Curve(good=1.5, fair=7.0)
BLUR = Curve(good=0.30, fair=0.48)
ILLUMINATION = Curve(good=0.20, fair=0.60)
POSE = Curve(good=5.0, fair=25.0)


def score_quality(
    crop: Image,
    outline: Floats,
    *,
    detector_score: float,
    face_flag: float,
    pose: Pose,
    readings: Mapping[str, Reading],
) -> Quality:
    """Score one face.

    `crop` is uint8 size × size × 3, BGR; `outline` the points of `FACE_OVAL` in it, 36×2;
    `face_flag` the mesh's logit. `readings` may hold glasses and mask, each with the label none.
    """
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    inside = _fill(outline, gray.shape)
    noise = _noise_level(gray, inside)
    parts = {
        "noise": NOISE.score(noise),
        "blur": BLUR.score(_blur_level(gray, inside, noise)),
        "illumination": ILLUMINATION.score(_lighting_fault(gray, inside)),
        "fnf": _face_score(detector_score, face_flag),
        "pose": POSE.score(float(np.hypot(pose.yaw, 1.3 * pose.pitch))),
        "glass": _bare_score(readings, "glasses"),
        "mask": _bare_score(readings, "mask"),
    }
    return Quality(score=_overall(parts), **parts)


def _fill(outline: Floats, shape: tuple[int, ...]) -> Image:
    inside = np.zeros(shape, dtype=np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(np.round(outline).astype(np.int32)), 1)
    if not inside.any():
        inside[:] = 1
    return inside


def _noise_level(gray: Floats, inside: Image) -> float:
    """Estimate the standard deviation of the noise in grey levels, from the smoothest half."""
    response = np.abs(cv2.filter2D(gray, -1, _LAPLACIAN_DIFFERENCE))
    smooth = cv2.GaussianBlur(gray, (0, 0), 2)
    slope = np.hypot(cv2.Sobel(smooth, -1, 1, 0), cv2.Sobel(smooth, -1, 0, 1))
    chosen = inside.astype(bool)
    flat = chosen & (slope <= np.median(slope[chosen]))
    # The kernel's gain on white noise is 6, and the mean of |noise| is sigma · sqrt(2 / pi).
    return float(np.sqrt(np.pi / 2) * response[flat].mean() / 6)


def _blur_level(gray: Floats, inside: Image, noise: float) -> float:
    """Return 0 (sharp) to 1: how little the picture changes when it is blurred again."""
    chosen = inside.astype(bool)
    levels = []
    for axis, kernel in ((1, (9, 1)), (0, (1, 9))):
        before = np.abs(np.diff(gray, axis=axis))
        after = np.abs(np.diff(cv2.blur(gray, kernel), axis=axis))
        within = chosen[:, 1:] if axis == 1 else chosen[1:, :]
        # Noise alone makes neighbours differ by 2 · sigma / sqrt(pi), which is not sharpness.
        before = np.maximum(before[within] - 2 * noise / np.sqrt(np.pi), 0)
        lost = np.maximum(before - after[within], 0)
        total = float(before.sum())
        levels.append(1 - float(lost.sum()) / total if total > 0 else 1.0)
    return max(levels)


def _lighting_fault(gray: Floats, inside: Image) -> float:
    """Return 0 (even, well exposed) and up: the worst of dark, bright, flat, clipped, one-sided."""
    chosen = inside.astype(bool)
    values = gray[chosen]
    mean = float(values.mean())
    contrast = float(values.std())
    clipped = float(np.mean((values <= 4) | (values >= 251)))
    columns = np.nonzero(chosen.any(axis=0))[0]
    middle = int(columns.mean())
    left = float(gray[:, :middle][chosen[:, :middle]].mean())
    right = float(gray[:, middle:][chosen[:, middle:]].mean())
    faults = (
        max(70 - mean, 0) / 60,
        max(mean - 190, 0) / 50,
        max(22 - contrast, 0) / 18,
        clipped * 4,
        abs(left - right) / max(left + right, 1) * 2,
    )
    return max(faults)


def _face_score(detector_score: float, face_flag: float) -> float:
    """Join the detector's probability and the mesh's flag: both must see a face."""
    seen = 1 / (1 + np.exp(-face_flag))
    return float(100 * np.sqrt(np.clip(detector_score, 0, 1) * seen))


def _bare_score(readings: Mapping[str, Reading], name: str) -> float:
    reading = readings.get(name)
    if not isinstance(reading, Mapping):
        return 100.0
    return float(100 * reading["none"])


def _overall(parts: Mapping[str, float]) -> float:
    """The mean of the parts, pulled towards the worst: one fault is enough to spoil a face."""
    values = np.array(list(parts.values()))
    return float(0.5 * values.mean() + 0.5 * values.min())
