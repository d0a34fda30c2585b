"""What the pixels of a face say of its quality: noise, blur, lighting, inside its outline only.

Sources: noise by Immerkær, "Fast Noise Variance Estimation", 1996; blur by Zhuo and Sim, "Defocus
map estimation from a single image", 2011; JPEG's blocks as by Wang, Sheikh and Bovik, "No-reference
perceptual quality assessment of JPEG compressed images", 2002.
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
_BLOCK_SIDE = 8
# A step at the border of a block hurts as much as so much noise.
_BLOCK_WEIGHT = 1.3
# Noise that rounding to whole levels leaves in the estimate, in grey levels.
_ROUNDING_NOISE = 0.3
# The detail of a face that is taken for noise, as a share of its contrast, is this over its side.
_DETAIL_SIDES = 2.5
# Noise and blocks hurt a smaller face more: those of 64 px with (224 / 64) ** 0.75 = 2.6 times.
_SIZE_POWER = 0.75
# The contrast from which on a face is flat, in grey levels, and the halvings that make one fault.
_FAIR_CONTRAST = 24.0
_CONTRAST_STOPS = 1.65
_CLIPPED_WEIGHT = 2.5
_SIDE_WEIGHT = 2.4
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


def block_step(image: Image, outline: Floats) -> float:
    """Return by how much steps at the borders of JPEG's blocks surely pass those beside them.

    In grey levels, 0 where no blocks are seen, from the middle of a face in a BGR picture and at
    least 64 px of it; `outline` is the face's rim, n × 2. Blocks are looked for where JPEG puts
    them: 8 × 8 from the picture's corner. Those of a face that `view_native` would shrink are as
    much fainter.
    """
    low, high = outline.min(axis=0), outline.max(axis=0)
    side = max(float((high - low).max()), 1.0)
    reach = np.clip(0.3 * (high - low), 4 * _BLOCK_SIDE, _NATIVE_SIDE / 2)
    middle, limits = (low + high) / 2, (image.shape[1], image.shape[0])
    left, top = np.clip(np.floor(middle - reach), 0, limits).astype(int)
    right, bottom = np.clip(np.ceil(middle + reach), 0, limits).astype(int)
    if min(right - left, bottom - top) < 4 * _BLOCK_SIDE:
        return 0.0
    gray = _to_gray(image[top:bottom, left:right])
    across = cv2.absdiff(gray[:, 1:], gray[:, :-1]).mean(axis=0)
    down = cv2.absdiff(gray[1:], gray[:-1]).mean(axis=1)
    excess = _sure_excess(across, start=left + 1) + _sure_excess(down, start=top + 1)
    return excess / 2 * min(_NATIVE_SIDE / side, 1.0)


def noise_fault(view: FaceView, *, block_step: float) -> float:
    """Join noise and blocks of a native view, as a share of the face's contrast.

    It is the share that would hurt a face of 224 px as much.
    """
    side = max(view.gray.shape)
    deviation = cv2.meanStdDev(view.gray, mask=view.inside.view(np.uint8))[1]
    contrast = max(float(deviation[0, 0]), 1.0)
    seen = math.sqrt(max(noise_level(view) ** 2 - _ROUNDING_NOISE**2, 0.0)) / contrast
    noise = max(seen - _DETAIL_SIDES / side, 0.0)
    blocks = _BLOCK_WEIGHT * block_step / contrast
    return math.hypot(noise, blocks) * math.pow(_NATIVE_SIDE / side, _SIZE_POWER)


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
    """Return 0 (even, well exposed) and up: the worst of flat or dark, clipped and one-sided.

    A face that is too dark has little contrast, too; how bright a skin is does not count.
    """
    gray, inside = view.gray, view.inside
    counts = cv2.calcHist([gray], [0], inside.view(np.uint8), [256], [0, 256]).ravel()
    shares = counts.astype(np.float64) / counts.sum()
    levels = np.arange(256)
    contrast = math.sqrt(max(float(shares @ levels**2 - (shares @ levels) ** 2), 0.25))
    middle = round(float(np.flatnonzero(np.any(inside, axis=0)).mean()))
    left = _mean_inside(gray[:, :middle], inside[:, :middle])
    right = _mean_inside(gray[:, middle:], inside[:, middle:])
    return max(
        math.log2(_FAIR_CONTRAST / contrast) / _CONTRAST_STOPS,
        _CLIPPED_WEIGHT * float(shares[:5].sum() + shares[251:].sum()),
        _SIDE_WEIGHT * abs(left - right) / max(left + right, 1),
        0.0,
    )


def _sure_excess(steps: NDArray[np.float64], *, start: int) -> float:
    """Return how far steps at blocks' borders pass their neighbours', 0 where it may be chance.

    The first step is the one before the pixel `start`.
    """
    excess = steps[1:-1] - (steps[:-2] + steps[2:]) / 2
    at_border = (start + 1 + np.arange(excess.size)) % _BLOCK_SIDE == 0
    at_borders = excess[at_border]
    error = at_borders.std() / math.sqrt(at_borders.size - 1)
    return max(float(at_borders.mean() - 2 * error), 0.0)


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
    """Return the mean level, 0 where nothing is inside."""
    return float(cv2.mean(gray, mask=inside.view(np.uint8))[0])
