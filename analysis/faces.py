"""How one result of the pipeline becomes one row of Face."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.models import Face
from analysis.pipeline.types import FaceResult, Reading


def apply_result(face: Face, result: FaceResult) -> None:
    """Set everything on a face that the nets said; its identity and its place stay."""
    face.left, face.top = float(result.box.left), float(result.box.top)
    face.width, face.height = float(result.box.width), float(result.box.height)
    face.score = float(result.score)
    face.landmarks = result.landmarks.reshape(-1).tolist()
    face.pupils = [float(n) for pupil in result.pupils for n in (pupil.x, pupil.y, pupil.radius)]
    face.yaw = float(result.pose.yaw)
    face.pitch = float(result.pose.pitch)
    face.roll = float(result.pose.roll)
    face.readings = {name: _plain(reading) for name, reading in result.readings.items()}
    face.quality_score = float(result.quality.score)
    face.quality_noise = float(result.quality.noise)
    face.quality_blur = float(result.quality.blur)
    face.quality_fnf = float(result.quality.fnf)
    face.quality_glass = float(result.quality.glass)
    face.quality_mask = float(result.quality.mask)
    face.quality_illumination = float(result.quality.illumination)
    face.quality_pose = float(result.quality.pose)
    face.embedding = result.embedding.tolist()


def _plain(reading: Reading) -> float | dict[str, float]:
    if isinstance(reading, Mapping):
        return {label: float(probability) for label, probability in reading.items()}
    return float(reading)
