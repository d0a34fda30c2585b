"""What the pixels of a face say of its quality: noise, blur, lighting, inside its outline only.

Sources: noise by Immerkær, "Fast Noise Variance Estimation", 1996; blur by Zhuo and Sim, "Defocus
map estimation from a single image", 2011.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.types import Floats, Image

Mask: TypeAlias = NDArray[np.bool_]

_SLOPE_BLUR = 2.0
_FINE_BLUR, _COARSE_BLUR = 1.0, 3.0
# The share of pixels that are not counted as edges.
_EDGE_SHARE = 0.8
_NATIVE_SIDE = 224
_LAPLACIAN_DIFFERENCE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class FaceView:
    """A face in grey: uint8 levels, h × w, and where the face is."""

    gray: Image
    inside: Mask


def view_crop(crop: Image, outline: Floats) -> FaceView:
    """Take a BGR crop as it is; `outline` is the rim of the face in it, n × 2."""
    gray = _to_gray(crop)
    return FaceView(gray=gray, inside=_fill(outline, gray.shape))


def view_native(image: Image, outline: Floats) -> FaceView:
    """Cut a face out of a BGR picture by its rim, n × 2, not turned; shrink it if it is large.

    Noise can only be seen in pixels that were not resampled.
    """
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(outline.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.ceil(outline.max(axis=0)).astype(int) + 1
    gray = _to_gray(image[top : max(bottom, top + 1), left : max(right, left + 1)])
    shift, scale = np.array([left, top]), min(1.0, _NATIVE_SIDE / max(gray.shape))
    if scale < 1:
        resized = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        gray = np.asarray(resized, dtype=np.uint8)
    return FaceView(gray=gray, inside=_fill((outline - shift) * scale, gray.shape))


def noise_level(view: FaceView) -> float:
    """Estimate the standard deviation of the noise in grey levels, from the smoothest half."""
    gray, inside = view.gray, view.inside
    response = cv2.filter2D(gray, cv2.CV_16S, _LAPLACIAN_DIFFERENCE)[inside]
    across, down = _slopes(gray, _SLOPE_BLUR)
    slopes = across[inside] ** 2 + down[inside] ** 2
    flat = np.abs(response[slopes <= np.median(slopes)])
    # The kernel's gain on white noise is 6. Half of the values of a normal distribution lie within
    # 0.6745 deviations; unlike a mean, the median does not take a few hairs for noise.
    return float(np.median(flat) / 0.6745 / 6)


def blur_radius(view: FaceView) -> float:
    """Estimate the radius (sigma) of the blur at the strongest edges, in pixels of the crop.

    An edge of radius b has a slope of 1 / sqrt(b² + s²) after a blur of s: two blurs give b.
    """
    gray, inside = view.gray, view.inside
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


def lighting_fault(view: FaceView) -> float:
    """Return 0 (even, well exposed) and up: the worst of dark, bright, flat, clipped, one-sided."""
    gray, inside = view.gray, view.inside
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


def _to_gray(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _fill(outline: Floats, shape: tuple[int, ...]) -> Mask:
    inside = np.zeros(shape, dtype=np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(np.round(outline).astype(np.int32)), 1)
    if not inside.any():
        inside[:] = 1
    return inside.view(np.bool_)


def _slopes(gray: Image, blur: float) -> tuple[Floats, Floats]:
    smooth = cv2.GaussianBlur(np.asarray(gray, dtype=np.float32), (0, 0), blur)
    across = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), dtype=np.float32)
    return across, np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 0, 1), dtype=np.float32)


def _mean_inside(gray: Image, inside: Mask) -> float:
    return float(gray[inside].mean()) if inside.any() else 0.0
