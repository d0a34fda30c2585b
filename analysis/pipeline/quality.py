"""How fit a face is for recognition: eight scores from 0 to 100, higher is better.

Noise, blur and illumination are measured on the pixels inside the face's outline, the others come
from the detector, the mesh and the heads.

Sources: noise by Immerkær, "Fast Noise Variance Estimation", 1996; blur by Zhuo and Sim, "Defocus
map estimation from a single image", 2011.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.types import Floats, Image, Pose, Quality, Reading

Mask: TypeAlias = NDArray[np.bool_]

# The outline of the face as points of the mesh, in order.
# fmt: off
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)
# fmt: on
_SLOPE_BLUR = 2.0
_FINE_BLUR, _COARSE_BLUR = 1.0, 3.0
# The share of pixels that are not counted as edges.
_EDGE_SHARE = 0.8
_NATIVE_SIDE = 224
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


# In grey levels; in pixels of the crop; in units of `_lighting_fault`; in degrees.
NOISE = Curve(good=1.5, fair=7.0)
BLUR = Curve(good=2.4, fair=3.6)
ILLUMINATION = Curve(good=0.20, fair=0.60)
POSE = Curve(good=5.0, fair=25.0)
# Points off what the overall score sees of the glasses, by label; any other label costs all.
GLASSES_COST: Mapping[str, float] = MappingProxyType(
    {"none": 0.0, "glasses": 10.0, "sunglasses": 50.0}
)


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A face's own pixels, not turned: grey levels, and where the face is."""

    gray: Image
    inside: Mask


def cut_native(image: Image, outline: Floats) -> Native:
    """Cut out a face by its outline in the picture, 36×2; shrink it by area if it is large."""
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(outline.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.ceil(outline.max(axis=0)).astype(int) + 1
    gray = _to_gray(image[top : max(bottom, top + 1), left : max(right, left + 1)])
    shift, scale = np.array([left, top]), min(1.0, _NATIVE_SIDE / max(gray.shape))
    if scale < 1:
        resized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        gray = np.asarray(resized, dtype=np.uint8)
    return Native(gray=gray, inside=_fill((outline - shift) * scale, gray.shape))


def score_quality(
    crop: Image,
    outline: Floats,
    *,
    native: Native,
    detector_score: float,
    face_flag: float,
    pose: Pose,
    readings: Mapping[str, Reading],
) -> Quality:
    """Score one face.

    `crop` is the backbone's, uint8 size × size × 3, BGR, `outline` the points of `FACE_OVAL` in it,
    36×2. `native` is the face as `cut_native` gives it: noise can only be seen in pixels that were
    not resampled. `face_flag` is the mesh's logit. `readings` may hold glasses and mask, each with
    the label none.
    """
    gray = _to_gray(crop)
    inside = _fill(outline, gray.shape)
    parts = {
        "noise": NOISE.score(_noise_level(native.gray, native.inside)),
        "blur": BLUR.score(_blur_radius(gray, inside)),
        "illumination": ILLUMINATION.score(_lighting_fault(gray, inside)),
        "fnf": _face_score(detector_score, face_flag),
        "pose": POSE.score(float(np.hypot(pose.yaw, 1.3 * pose.pitch))),
        "glass": _bare_score(readings, "glasses"),
        "mask": _bare_score(readings, "mask"),
    }
    overall = _overall({**parts, "glass": _glasses_fitness(readings)})
    return Quality(score=overall, **parts)


def _to_gray(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _fill(outline: Floats, shape: tuple[int, ...]) -> Mask:
    inside = np.zeros(shape, dtype=np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(np.round(outline).astype(np.int32)), 1)
    if not inside.any():
        inside[:] = 1
    return inside.view(np.bool_)


def _noise_level(gray: Image, inside: Mask) -> float:
    """Estimate the standard deviation of the noise in grey levels, from the smoothest half."""
    response = cv2.filter2D(gray, cv2.CV_16S, _LAPLACIAN_DIFFERENCE)[inside]
    across, down = _slopes(gray, _SLOPE_BLUR)
    slopes = across[inside] ** 2 + down[inside] ** 2
    flat = np.abs(response[slopes <= np.median(slopes)])
    # The kernel's gain on white noise is 6. Half of the values of a normal distribution lie within
    # 0.6745 deviations; unlike a mean, the median does not take a few hairs for noise.
    return float(np.median(flat) / 0.6745 / 6)


def _blur_radius(gray: Image, inside: Mask) -> float:
    """Estimate the radius (sigma) of the blur at the strongest edges, in pixels of the crop.

    An edge of radius b has a slope of 1 / sqrt(b² + s²) after a blur of s: two blurs give b.
    """
    fine_x, fine_y = _slopes(gray, _FINE_BLUR)
    coarse_x, coarse_y = _slopes(gray, _COARSE_BLUR)
    strength = coarse_x[inside] ** 2 + coarse_y[inside] ** 2
    rank = int(strength.size * _EDGE_SHARE)
    edges = strength >= max(np.partition(strength, rank)[rank], 1e-6)
    # Along the coarse slope noise cancels out, while its length would add up.
    along = fine_x[inside] * coarse_x[inside] + fine_y[inside] * coarse_y[inside]
    total = float(strength[edges].sum())
    ratio = float(along[edges].sum()) / total if total else 1.0
    squared = max(ratio, 1.001) ** 2
    radius = (_COARSE_BLUR**2 - squared * _FINE_BLUR**2) / (squared - 1)
    return float(np.sqrt(max(radius, 0)))


def _slopes(gray: Image, blur: float) -> tuple[Floats, Floats]:
    smooth = cv2.GaussianBlur(np.asarray(gray, dtype=np.float32), (0, 0), blur)
    across = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), dtype=np.float32)
    return across, np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 0, 1), dtype=np.float32)


def _lighting_fault(gray: Image, inside: Mask) -> float:
    """Return 0 (even, well exposed) and up: the worst of dark, bright, flat, clipped, one-sided."""
    counts = np.bincount(gray[inside].ravel(), minlength=256) / np.count_nonzero(inside)
    levels = np.arange(256)
    mean = float(counts @ levels)
    contrast = math.sqrt(max(float(counts @ levels**2) - mean**2, 0))
    clipped = float(counts[:5].sum() + counts[251:].sum())
    middle = round(float(np.flatnonzero(np.any(inside, axis=0)).mean()))
    left = _mean_inside(gray[:, :middle], inside[:, :middle])
    right = _mean_inside(gray[:, middle:], inside[:, middle:])
    faults = (
        max(70 - mean, 0) / 60,
        max(mean - 190, 0) / 50,
        max(22 - contrast, 0) / 18,
        clipped * 4,
        abs(left - right) / max(left + right, 1) * 2,
    )
    return max(faults)


def _mean_inside(gray: Image, inside: Mask) -> float:
    return float(gray[inside].mean()) if inside.any() else 0.0


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
