"""Faces of stored pictures as the pipeline once gave them, for the renderers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.models import Face
from analysis.nets import visible_readings
from analysis.pipeline.types import FaceResult, Floats, Pose, Pupil, Quality
from dam.models import Asset

# Neither is stored, and no renderer asks for them.
NO_KEYPOINTS: Floats = np.zeros((0, 2), np.float32)
NO_MESH: Floats = np.zeros((0, 3), np.float32)


def stored_results(asset: Asset) -> list[FaceResult]:
    """Return the faces of an asset, largest first, without what is switched off by now."""
    return results_of(Face.objects.present().filter(asset=asset).order_by("position"))


def results_of(faces: Iterable[Face]) -> list[FaceResult]:
    """Return what the nets said of stored faces; there are no keypoints and no mesh."""
    return [_result_of(face) for face in faces]


def _result_of(face: Face) -> FaceResult:
    left, right = face.pupils[:3], face.pupils[3:]
    return FaceResult(
        box=face.box,
        score=face.score,
        keypoints=NO_KEYPOINTS,
        mesh=NO_MESH,
        landmarks=np.array(face.landmarks, np.float32).reshape(-1, 2),
        pupils=(Pupil(*left), Pupil(*right)),
        pose=Pose(face.yaw, face.pitch, face.roll),
        readings=visible_readings(face.readings),
        quality=Quality(
            score=face.quality_score,
            noise=face.quality_noise,
            blur=face.quality_blur,
            fnf=face.quality_fnf,
            glass=face.quality_glass,
            mask=face.quality_mask,
            illumination=face.quality_illumination,
            pose=face.quality_pose,
        ),
        embedding=np.asarray(face.embedding, np.float32),
    )
