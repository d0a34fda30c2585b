"""Finds the face in a box that somebody drew, which the detector missed in the whole picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.pipeline.detector import Detection, Detector, DetectorSettings
from analysis.pipeline.mesh import LEFT_IRIS, RIGHT_IRIS
from analysis.pipeline.types import Box, Floats, Image

# Somebody says that there is a face: a weaker sign of where it is will do.
DRAWN_SETTINGS = DetectorSettings(min_score=0.15, sure_score=0.3)
# Side of the square that is searched, over the longer side of the box.
_AROUND = 2.5
# Where the five points lie in a box of the detector's, in shares of its width and height: the mean
# of 43 faces of LFW that look straight at the camera, made the same on both sides.
_USUAL_POINTS = np.array(
    ((0.28, 0.38), (0.72, 0.38), (0.5, 0.58), (0.31, 0.74), (0.69, 0.74)), dtype=np.float32
)
# Points of the mesh: tip of the nose, corners of the mouth.
_NOSE, _MOUTH_LEFT, _MOUTH_RIGHT = 1, 61, 291


def find_in_box(detector: Detector, image: Image, box: Box, *, min_overlap: float) -> Detection:
    """Return the face that overlaps a box best, by `min_overlap` (IoU) at least.

    If there is none it is the box itself, with a score of 0 and points where they usually are.
    Raises ValueError if no pixel of the picture is in the box.
    """
    left, top, region = _cut_around(image, box)
    found = [_moved(one, left=left, top=top) for one in detector.detect(region)]
    best = max(found, key=lambda one: one.box.overlap(box), default=None)
    if best is not None and best.box.overlap(box) >= min_overlap:
        return best
    corner, size = np.array((box.left, box.top)), np.array((box.width, box.height))
    points = np.asarray(corner + _USUAL_POINTS * size, dtype=np.float32)
    return Detection(box=box, score=0.0, keypoints=points)


def level_with(face: Detection, mesh: Floats) -> Detection:
    """Return a face with its five points where its mesh (478×3) has them."""
    points = (LEFT_IRIS.start, RIGHT_IRIS.start, _NOSE, _MOUTH_LEFT, _MOUTH_RIGHT)
    return replace(face, keypoints=np.asarray(mesh[list(points), :2], dtype=np.float32))


def _cut_around(image: Image, box: Box) -> tuple[int, int, Image]:
    """Return where a square around a box begins and its pixels, cut at the picture's edge."""
    height, width = image.shape[:2]
    inside_x = min(box.left + box.width, width) - max(box.left, 0.0)
    inside_y = min(box.top + box.height, height) - max(box.top, 0.0)
    if inside_x < 1 or inside_y < 1:
        raise ValueError(f"no pixel of a picture of {width} × {height} is in {box}")
    half = _AROUND * max(box.width, box.height) / 2
    across, down = box.left + box.width / 2, box.top + box.height / 2
    left, top = max(int(across - half), 0), max(int(down - half), 0)
    right, bottom = min(int(across + half) + 1, width), min(int(down + half) + 1, height)
    return left, top, np.ascontiguousarray(image[top:bottom, left:right])


def _moved(face: Detection, *, left: int, top: int) -> Detection:
    box = replace(face.box, left=face.box.left + left, top=face.box.top + top)
    corner = np.array((left, top), dtype=np.float32)
    return replace(face, box=box, keypoints=face.keypoints + corner)
