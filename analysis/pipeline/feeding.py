"""Turns pixels into what a net takes, as the manifest says."""

from __future__ import annotations

import cv2
import numpy as np

from analysis.manifest import InputSpec
from analysis.pipeline.types import Floats, Image


def to_batch(pixels: Image, spec: InputSpec) -> Floats:
    """Turn n × h × w × 3 BGR pixels into what a net takes: float32, n × 3 × h × w."""
    # OpenCV subtracts before it scales, the manifest says it the other way round.
    mean = [value / spec.scale for value in spec.mean]
    blob = cv2.dnn.blobFromImages(
        list(pixels), scalefactor=spec.scale, mean=mean, swapRB=spec.color == "rgb"
    )
    return np.asarray(blob, dtype=np.float32)
