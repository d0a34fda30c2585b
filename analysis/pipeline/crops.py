"""Cuts every face of a picture out as one batch of upright squares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.detector import Detection
from analysis.pipeline.types import Floats, Image


@dataclass(frozen=True, slots=True)
class CropSpec:
    """A square about the box's centre, turned so that the eyes lie level.

    `factor` is the square's side over the longer side of the box.
    """

    factor: float


# Factors are those the nets were measured with: see docs/nets.md.
CROPS: Mapping[str, CropSpec] = MappingProxyType(
    {"mesh": CropSpec(factor=1.5), "upright": CropSpec(factor=1.15)}
)


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """One crop of every face.

    `pixels` is uint8, n × size × size × 3, BGR. `to_picture` is float32, n × 2 × 3: it takes
    a point of the crop (x, y, 1) to the picture.
    """

    pixels: Image
    to_picture: Floats

    def map_to_picture(self, points: Floats) -> Floats:
        """Take n × k × 2 points of the crops to the picture."""
        turned = np.einsum("nij,nkj->nki", self.to_picture[:, :, :2], points)
        return np.asarray(turned + self.to_picture[:, None, :, 2], dtype=np.float32)

    def map_from_picture(self, points: Floats) -> Floats:
        """Take n × k × 2 points of the picture to the crops."""
        moved = points - self.to_picture[:, None, :, 2]
        inverse = np.linalg.inv(self.to_picture[:, :, :2])
        return np.asarray(np.einsum("nij,nkj->nki", inverse, moved), dtype=np.float32)

    def scales(self) -> Floats:
        """Return picture pixels for each crop pixel, n."""
        return np.asarray(
            np.hypot(self.to_picture[:, 0, 0], self.to_picture[:, 1, 0]), dtype=np.float32
        )


def cut_crops(image: Image, detections: Sequence[Detection], spec: CropSpec, *, size: int) -> Crops:
    """Cut all faces out; what lies outside the picture is black."""
    pixels = np.zeros((len(detections), size, size, 3), dtype=np.uint8)
    to_picture = np.zeros((len(detections), 2, 3), dtype=np.float32)
    for index, detection in enumerate(detections):
        side = spec.factor * max(detection.box.width, detection.box.height)
        to_picture[index] = _crop_to_picture(detection, side=side, size=size)
        _warp(image, to_picture[index], into=pixels[index])
    return Crops(pixels=pixels, to_picture=to_picture)


def _crop_to_picture(detection: Detection, *, side: float, size: int) -> Floats:
    left_eye, right_eye = detection.keypoints[0], detection.keypoints[1]
    angle = np.arctan2(right_eye[1] - left_eye[1], right_eye[0] - left_eye[0])
    scale = side / size
    cosine, sine = np.cos(angle) * scale, np.sin(angle) * scale
    box = detection.box
    center_x, center_y = box.left + box.width / 2, box.top + box.height / 2
    half = (size - 1) / 2
    return np.asarray(
        [
            [cosine, -sine, center_x - 0.5 - (cosine - sine) * half],
            [sine, cosine, center_y - 0.5 - (sine + cosine) * half],
        ],
        dtype=np.float32,
    )


def _warp(image: Image, to_picture: Floats, *, into: Image) -> None:
    """Sample the picture at each pixel of the crop, without aliasing when the face is large."""
    size = into.shape[0]
    scale = float(np.hypot(to_picture[0, 0], to_picture[1, 0]))
    matrix = to_picture.astype(np.float64)
    if scale >= 2:
        # Bilinear sampling would skip pixels: first shrink the region by a whole factor, by area.
        image, matrix = _shrink_region(image, matrix, size=size, factor=int(scale))
    cv2.warpAffine(
        image,
        matrix,
        (size, size),
        dst=into,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )


def _shrink_region(
    image: Image,
    matrix: NDArray[np.float64],
    *,
    size: int,
    factor: int,
) -> tuple[Image, NDArray[np.float64]]:
    height, width = image.shape[:2]
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]]) @ matrix.T
    margin = 2 * factor
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - margin, 0)
    right = min(int(np.ceil(corners[:, 0].max())) + margin, width)
    bottom = min(int(np.ceil(corners[:, 1].max())) + margin, height)
    region = image[top:bottom, left:right]
    columns, rows = max(region.shape[1] // factor, 1), max(region.shape[0] // factor, 1)
    # Cut to a multiple of the factor, so that each small pixel is the mean of whole large ones.
    region = region[: rows * factor, : columns * factor]
    small = cv2.resize(region, (columns, rows), interpolation=cv2.INTER_AREA)
    shifted = matrix.copy()
    shifted[:, 2] -= (left, top)
    # The centre of small pixel i is at factor · i + (factor − 1) / 2 of the region.
    shifted[:, 2] -= (factor - 1) / 2
    return np.asarray(small, dtype=np.uint8), shifted / factor
