"""Makes faces unrecognizable in a picture's pixels. Numpy only.

Blurring alone can be undone by computing backwards. So in both styles a face is first reduced to a
few squares of one colour each, and nothing else of it is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.types import Box, Image

# Squares along the longer side of what is hidden, of which the face is two thirds.
SQUARES = 8
# No square is smaller, however small the face.
LEAST_SQUARE_PX = 5
# An oval this much larger than a box contains all of it: √2, and a little for the hair.
OVAL_GROWTH = 1.5
BOX_GROWTH = 1.3
# Fixed point of cv2's drawing, in bits.
_SHIFT = 4


class Style(StrEnum):
    """What a face is replaced by."""

    BLUR = "blur"
    PIXELATE = "pixelate"
    FILL = "fill"


class Shape(StrEnum):
    """What is hidden around a face."""

    OVAL = "oval"
    BOX = "box"


def hide_faces(image: Image, boxes: Iterable[Box], *, style: Style, shape: Shape) -> None:
    """Hide faces in a picture, in place."""
    for box in boxes:
        _hide(image, box, style=style, shape=shape)


def _hide(image: Image, box: Box, *, style: Style, shape: Shape) -> None:
    height, width = image.shape[:2]
    growth = OVAL_GROWTH if shape is Shape.OVAL else BOX_GROWTH
    half_x, half_y = growth * box.width / 2, growth * box.height / 2
    across, down = box.left + box.width / 2, box.top + box.height / 2
    left, top = max(math.floor(across - half_x), 0), max(math.floor(down - half_y), 0)
    right = min(math.ceil(across + half_x), width)
    bottom = min(math.ceil(down + half_y), height)
    if right <= left or bottom <= top:
        return
    region = image[top:bottom, left:right]
    replacement = _replacement(region, style)
    if shape is Shape.BOX:
        region[:] = replacement
        return
    mask = _oval(region.shape[:2], centre=(across - left, down - top), axes=(half_x, half_y))
    share = mask[:, :, None].astype(np.float32) / 255
    region[:] = np.round(share * replacement + (1 - share) * region).astype(np.uint8)


def _replacement(region: Image, style: Style) -> Image:
    """Return what takes the place of a region, made of its squares alone."""
    height, width = region.shape[:2]
    if style is Style.FILL:
        return np.full_like(region, np.round(region.mean(axis=(0, 1))).astype(np.uint8))
    side = max(max(height, width) / SQUARES, LEAST_SQUARE_PX)
    columns, rows = max(1, round(width / side)), max(1, round(height / side))
    squares = cv2.resize(region, (columns, rows), interpolation=cv2.INTER_AREA)
    if style is Style.PIXELATE:
        pixels = cv2.resize(squares, (width, height), interpolation=cv2.INTER_NEAREST)
    else:
        smooth = cv2.resize(squares, (width, height), interpolation=cv2.INTER_CUBIC)
        pixels = cv2.GaussianBlur(smooth, (0, 0), sigmaX=side / 2)
    return np.asarray(pixels, dtype=np.uint8)


def _oval(
    size: tuple[int, ...], *, centre: tuple[float, float], axes: tuple[float, float]
) -> NDArray[np.uint8]:
    """Return 255 inside of an oval and 0 outside, between them at its rim."""
    mask = np.zeros(size, dtype=np.uint8)
    cv2.ellipse(
        mask,
        tuple(round((value - 0.5) * 2**_SHIFT) for value in centre),
        tuple(round(value * 2**_SHIFT) for value in axes),
        0,
        0,
        360,
        255,
        thickness=-1,
        lineType=cv2.LINE_AA,
        shift=_SHIFT,
    )
    return mask
