"""The answer of Scaleflex' face analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import numpy as np

from analysis.compat.boxes import pixel_box
from analysis.compat.numbers import DECIMALS, whole
from analysis.pipeline.types import Box, Reading

MOST_YEARS = 100

# Our labels and the vendor's, in the vendor's order.
EMOTIONS = {
    name: name for name in ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
}
RACES = {
    "asian": "asian",
    "indian": "indian",
    "black": "black",
    "white": "white",
    "middle_eastern": "middle eastern",
    "latino_hispanic": "latino hispanic",
}
GENDERS = {"female": "Female", "male": "Male"}
# What is said where a reading is switched off: none of the vendor's words.
UNKNOWN = ""


class SeenFace(Protocol):
    """What the answer tells of a face; `FaceResult` and a stored face have it."""

    @property
    def box(self) -> Box: ...
    @property
    def readings(self) -> Mapping[str, Reading]: ...
    @property
    def landmarks(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Shares:
    """Percentages by the vendor's names, and the likeliest name."""

    percent: Mapping[str, float]
    dominant: str


def render(
    faces: Sequence[SeenFace],
    *,
    version: str,
    request_uuid: UUID,
    result_url: str,
    file_name: str,
) -> dict[str, Any]:
    """Return the whole answer, its keys in the vendor's order."""
    return {
        "status": "success",
        "version": version,
        "request_uuid": str(request_uuid),
        "result": result_url,
        "faces": render_faces(faces),
        "file_downloaded": file_name,
    }


def render_faces(faces: Sequence[SeenFace], *, landmarks: bool = True) -> dict[str, dict[str, Any]]:
    """Return the faces by the vendor's names, `face_0` first; `landmarks` is a key of our own."""
    return {
        f"face_{index}": _face(face) | ({"landmarks": _points(face)} if landmarks else {})
        for index, face in enumerate(faces)
    }


def shares(reading: Reading | None, names: Mapping[str, str]) -> Shares:
    """Return a reading as percentages with two decimals; without one all are 0, none dominant.

    Seven of them sum to 100 ± 0.03: rounding adds less than 0.035, and the sum has two decimals.
    """
    if not isinstance(reading, Mapping):
        return Shares(dict.fromkeys(names.values(), 0.0), UNKNOWN)
    percent = {
        vendor: round(100 * float(reading[ours]), DECIMALS) for ours, vendor in names.items()
    }
    dominant = names[max(names, key=lambda ours: reading[ours])]
    return Shares(percent, dominant)


def _face(face: SeenFace) -> dict[str, Any]:
    box = pixel_box(face.box)
    emotions = shares(face.readings.get("emotion"), EMOTIONS)
    races = shares(face.readings.get("ethnicity"), RACES)
    return {
        "box": [box.left, box.top, box.right, box.bottom],
        "emotions": emotions.percent,
        "dominant_emotion": emotions.dominant,
        "races": races.percent,
        "dominant_race": races.dominant,
        "age": _years(face.readings.get("age")),
        "gender": shares(face.readings.get("gender"), GENDERS).dominant,
    }


def _years(reading: Reading | None) -> int:
    known = reading is not None and not isinstance(reading, Mapping)
    return whole(float(reading), lowest=0, highest=MOST_YEARS) if known else 0  # type: ignore[arg-type]


def _points(face: SeenFace) -> list[list[float]]:
    points = np.asarray(face.landmarks, float).reshape(-1, 2)
    return [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in points.tolist()]
