"""Finds the face that a label is about, with the service's own detector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from labelled_faces import Sample

from analysis.manifest import load_manifest
from analysis.pipeline.detector import Detection, Detector
from analysis.pipeline.session import OrtSession
from analysis.pipeline.types import FaceResult, Image

Found = TypeVar("Found", Detection, FaceResult)
_SELFIE_SCORE = 0.6
_SAME_PLACE = 0.3


class FaceFinder:
    """The service's detector, and which of the faces it finds a label is about."""

    def __init__(self, *, threads: int) -> None:
        self._detector = load_detector(threads=threads)

    def find(self, sample: Sample, image: Image) -> Detection | None:
        """Return the labelled face, or None if none surely is it."""
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


def load_detector(*, threads: int = 0) -> Detector:
    """Return the service's detector; `threads` is 0 for all cores."""
    spec = load_manifest().net("detector")
    if spec.input is None:
        raise SystemExit("the manifest's detector takes no pixels")
    return Detector(OrtSession(spec, threads=threads, wanted=spec.outputs), spec.input)


def central_face(image: Image, faces: Sequence[Found]) -> Found:
    """Return the face whose nose is nearest to the picture's centre; there must be one."""
    center = np.array(image.shape[1::-1]) / 2
    return min(faces, key=lambda one: float(np.linalg.norm(one.keypoints[2] - center)))
