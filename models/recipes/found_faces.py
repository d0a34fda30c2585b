"""Finds the face that a label is about, with the service's own detector."""

from __future__ import annotations

import cv2
import numpy as np
from labelled_faces import TILE_PX, Sample

from analysis.manifest import load_manifest
from analysis.pipeline.detector import Detection, Detector
from analysis.pipeline.session import OrtSession
from analysis.pipeline.types import Box, Image

_SELFIE_SCORE = 0.6
_SAME_PLACE = 0.3
# A tile of FER2013 is cut so close that the detector wants it larger and with something around.
_TILE_ZOOM, _TILE_MARGIN = 4, 32
# Where faces lie in a tile, in shares of its side: box, then the five points; medians of those
# that the detector finds.
_TILE_BOX = (0.1, 0.03, 0.8, 0.95)
_TILE_POINTS = ((0.31, 0.41), (0.69, 0.41), (0.5, 0.6), (0.35, 0.75), (0.65, 0.75))


class FaceFinder:
    """The service's detector, and which of the faces it finds a label is about."""

    def __init__(self, *, threads: int) -> None:
        spec = load_manifest().net("detector")
        if spec.input is None:
            raise SystemExit("the manifest's detector takes no pixels")
        self._detector = Detector(
            OrtSession(spec, threads=threads, wanted=spec.outputs), spec.input
        )

    def find(self, sample: Sample, image: Image) -> Detection | None:
        """Return the labelled face, or None if none surely is it."""
        if sample.archive == "fer":
            return self._find_in_tile(image)
        faces = self._detector.detect(image)
        if not faces:
            return None
        if sample.box is not None:
            box = sample.box
            face = max(faces, key=lambda one: one.box.overlap(box))
            return face if face.box.overlap(box) >= _SAME_PLACE else None
        if sample.archive == "sunglasses" and (len(faces) > 1 or faces[0].score < _SELFIE_SCORE):
            # Groups, products and bodies are among the selfies: the label is sure for lone faces.
            return None
        return central_face(image, faces)

    def _find_in_tile(self, tile: Image) -> Detection:
        large = cv2.resize(tile, None, fx=_TILE_ZOOM, fy=_TILE_ZOOM, interpolation=cv2.INTER_CUBIC)
        margin = _TILE_MARGIN
        padded = cv2.copyMakeBorder(large, *(margin,) * 4, cv2.BORDER_REPLICATE)
        faces = self._detector.detect(np.asarray(padded, dtype=np.uint8))
        if not faces:
            left, top, width, height = (share * TILE_PX for share in _TILE_BOX)
            points = np.array(_TILE_POINTS, dtype=np.float32) * TILE_PX
            return Detection(box=Box(left, top, width, height), score=0.0, keypoints=points)
        face = central_face(np.asarray(padded), faces)
        box = face.box
        return Detection(
            box=Box(
                left=(box.left - margin) / _TILE_ZOOM,
                top=(box.top - margin) / _TILE_ZOOM,
                width=box.width / _TILE_ZOOM,
                height=box.height / _TILE_ZOOM,
            ),
            score=face.score,
            keypoints=(face.keypoints - margin) / _TILE_ZOOM,
        )


def central_face(image: Image, faces: list[Detection]) -> Detection:
    """Return the face whose nose is nearest to the picture's centre."""
    center = np.array(image.shape[1::-1]) / 2
    return min(faces, key=lambda one: float(np.linalg.norm(one.keypoints[2] - center)))
