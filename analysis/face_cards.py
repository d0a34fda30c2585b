"""Faces in words: what the photo page shows of each beside the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.listing import faces_for_lists
from analysis.models import Face
from analysis.overlay import FaceMarks, mark_face
from dam.models import Asset

GOOD_QUALITY = 85
FAIR_QUALITY = 60


@dataclass(frozen=True, slots=True)
class ReadingText:
    """A reading in words: "34 years", or the likeliest label and its probability in percent."""

    label: str
    value: str
    percent: float | None = None

    @property
    def in_a_sentence(self) -> str:
        """The value where it speaks for itself, such as "female"; else with its name."""
        if self.value == "none":
            return ""
        speaks = self.label in {"Age", "Gender"} or self.label.lower() in self.value
        return self.value if speaks else f"{self.label.lower()} {self.value}"


@dataclass(frozen=True, slots=True)
class QualityText:
    """One of the eight scores of a face's quality, 0–100, higher is better."""

    label: str
    value: float

    @property
    def level(self) -> str:
        """Return "good" from GOOD_QUALITY on: fit for recognition; else "fair" or "poor"."""
        if self.value >= GOOD_QUALITY:
            return "good"
        return "fair" if self.value >= FAIR_QUALITY else "poor"


@dataclass(frozen=True, slots=True)
class FaceCard:
    """Everything the photo page shows of a face."""

    face: Face
    number: int
    marks: FaceMarks
    readings: tuple[ReadingText, ...]
    qualities: tuple[QualityText, ...]

    @property
    def summary(self) -> str:
        """One line in words, such as "Face 1: 34 years, female, glasses"."""
        words = ", ".join(filter(None, (reading.in_a_sentence for reading in self.readings)))
        return f"Face {self.number}: {words}" if words else f"Face {self.number}"


def face_cards(asset: Asset) -> list[FaceCard]:
    """Return all faces of an asset, the largest first."""
    faces = faces_for_lists(landmarks=True).filter(asset=asset).order_by("position")
    return [
        FaceCard(
            face=face,
            number=face.position + 1,
            marks=mark_face(face),
            readings=describe_readings(face.readings),
            qualities=describe_quality(face),
        )
        for face in faces
    ]


def describe_readings(readings: Mapping[str, object]) -> tuple[ReadingText, ...]:
    """Return readings in words, in the order of their names."""
    return tuple(_describe_reading(name, readings[name]) for name in sorted(readings))


def describe_quality(face: Face) -> tuple[QualityText, ...]:
    """Return the eight scores with their names, the one of all first."""
    return (
        QualityText("Overall", face.quality_score),
        QualityText("Noise", face.quality_noise),
        QualityText("Sharpness", face.quality_blur),
        QualityText("Is a face", face.quality_fnf),
        QualityText("Eyes free", face.quality_glass),
        QualityText("Mouth free", face.quality_mask),
        QualityText("Light", face.quality_illumination),
        QualityText("Pose", face.quality_pose),
    )


def _describe_reading(name: str, reading: object) -> ReadingText:
    label = name.replace("_", " ").capitalize()
    if isinstance(reading, Mapping):
        likeliest = max(reading, key=lambda key: reading[key])
        return ReadingText(
            label, value=likeliest.replace("_", " "), percent=100 * reading[likeliest]
        )
    unit = " years" if name == "age" else ""
    return ReadingText(label, value=f"{reading:.0f}{unit}")
