"""Changed copies of a face: mirrored, moved, turned, re-lit, blurred.

Copy 0 is the face as the service sees it, copy 1 its mirror image; the others are random, the same
for the same picture and number each time.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import cv2
import numpy as np

from analysis.pipeline.crops import CropSpec, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.types import Box, Image

_MIRROR = 1


def cut_copy(
    image: Image, face: Detection, spec: CropSpec, *, size: int, name: str, copy: int
) -> Image:
    """Return one copy of a face, uint8, size × size × 3; `name` and `copy` seed what is random."""
    if copy <= _MIRROR:
        crop = cut_crops(image, [face], spec, size=size).pixels[0]
        return np.ascontiguousarray(crop[:, ::-1]) if copy == _MIRROR else crop
    random = np.random.default_rng((zlib.crc32(name.encode()), copy))
    crop = cut_crops(image, [_move(face, random)], spec, size=size).pixels[0]
    if random.random() < 0.5:
        crop = np.ascontiguousarray(crop[:, ::-1])
    return _spoil(_relight(crop, random), random)


def _move(face: Detection, random: np.random.Generator) -> Detection:
    """Shift, scale and turn the box as if the detector had seen it differently."""
    box = face.box
    side = max(box.width, box.height)
    scale = float(np.exp(random.normal(0, 0.06)))
    right, down = random.normal(0, 0.03, 2) * side
    turn = np.radians(random.normal(0, 5))
    width, height = box.width * scale, box.height * scale
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    moved = Box(
        left=box.left + (box.width - width) / 2 + right,
        top=box.top + (box.height - height) / 2 + down,
        width=width,
        height=height,
    )
    return replace(
        face, box=moved, keypoints=np.asarray(face.keypoints @ rotation, dtype=np.float32)
    )


def _relight(crop: Image, random: np.random.Generator) -> Image:
    """Change brightness, contrast, gamma, colour; one in ten becomes grey."""
    values = (crop / 255.0) ** np.exp(random.normal(0, 0.2))
    values = (values - 0.5) * np.exp(random.normal(0, 0.15)) + 0.5 + random.normal(0, 0.05)
    values = values * np.exp(random.normal(0, 0.05, 3))
    if random.random() < 0.1:
        values = np.repeat(values.mean(axis=2, keepdims=True), 3, axis=2)
    return np.asarray(np.clip(values * 255, 0, 255), dtype=np.uint8)


def _spoil(crop: Image, random: np.random.Generator) -> Image:
    """Lose detail in half of the copies: fewer pixels, blur, or a coarse JPEG."""
    kind = random.integers(6)
    size = crop.shape[0]
    if kind == 0:
        side = int(random.uniform(48, 160))
        small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        crop = np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR))
    elif kind == 1:
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), random.uniform(0.5, 2.5)))
    elif kind == 2:
        quality = int(random.integers(25, 85))
        packed = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        crop = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))
    return np.asarray(crop, dtype=np.uint8)
