"""A small picture of each face, for lists."""

from __future__ import annotations

from pathlib import PurePosixPath

import cv2
import numpy as np
from django.core.files.base import ContentFile, File

from analysis.models import Face
from analysis.originals import read_original
from analysis.pipeline.types import Box, Image
from dam.storage import FileMissing, face_crop_path, open_file, put

SIDE_PX = 256
# Of the longer side of the box: a face is told by its hair and outline, too.
SIDE_FACTOR = 1.5
JPEG_QUALITY = 88


def crop_region(box: Box, *, width: int, height: int) -> Box:
    """Return what the crop of a face shows of a picture: a square, cut at the picture's edges."""
    half = SIDE_FACTOR * max(box.width, box.height) / 2
    center_x, center_y = box.left + box.width / 2, box.top + box.height / 2
    left, right = np.clip([center_x - half, center_x + half], 0, width).round().astype(int)
    top, bottom = np.clip([center_y - half, center_y + half], 0, height).round().astype(int)
    return Box(int(left), int(top), int(max(right - left, 1)), int(max(bottom - top, 1)))


def cut_face(image: Image, box: Box, *, side_px: int = SIDE_PX) -> bytes:
    """Return a JPEG of the square around a face, cut at the picture's edges, no larger."""
    height, width = image.shape[:2]
    region = crop_region(box, width=width, height=height)
    left, top = int(region.left), int(region.top)
    crop = image[top : top + int(region.height), left : left + int(region.width)]
    scale = side_px / max(crop.shape[:2])
    if scale < 1:
        size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
        crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, encoded = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return encoded.tobytes()


def store_face_crop(digest: str, box: Box, image: Image) -> bytes:
    """Cut a face out of the asset with this digest, and store it unless it is stored already."""
    crop = cut_face(image, box)
    put(face_crop_path(digest, box), ContentFile(crop))
    return crop


def open_face_crop(face: Face) -> File:
    """Open the small picture of a face, made again if it is gone.

    Raises UnreadableImage, FileMissing or StorageUnavailable.
    """
    try:
        return open_file(face_crop_path(face.asset.digest, face.box))
    except FileMissing:
        image = read_original(face.asset)
        return ContentFile(store_face_crop(face.asset.digest, face.box, image))


def face_crop_etag(face: Face) -> str:
    """Return what changes exactly when the small picture does."""
    return f'"{PurePosixPath(face_crop_path(face.asset.digest, face.box)).stem}"'
