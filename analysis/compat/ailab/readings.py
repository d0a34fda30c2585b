"""What AILabTools calls our readings: the codes of its lists and of its `type` fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.pipeline.types import FaceResult, Reading

MOST_YEARS = 100

GLASSES = {"none": 0, "glasses": 1, "sunglasses": 2}
MASKS = {"none": 0, "worn": 1, "incorrect": 2}
HATS = {"none": 0, "hat": 1}
SMILES = {"none": 0, "smile": 1}
GENDERS = {"female": 0, "male": 1}
# The vendor knows no third value, and either of its two would say something of a person.
UNKNOWN_GENDER = -1

# The older endpoint numbers them otherwise.
TYPES_OF_EMOTION = {
    "neutral": 0,
    "happy": 1,
    "surprise": 2,
    "angry": 3,
    "sad": 4,
    "disgust": 5,
    "fear": 6,
}
TYPES_OF_GENDER = {"male": 0, "female": 1}
# It tells hats from helmets and how far a mask covers, which our readings do not.
TYPES_OF_HAT = {"none": 0}
TYPES_OF_MASK = {"none": 0, "worn": 4}


@dataclass(frozen=True, slots=True)
class Choice:
    """The likeliest label of a reading."""

    label: str
    probability: float


def likeliest(result: FaceResult, name: str) -> Choice | None:
    """Return what a reading says, or None where there is none, as when it is switched off."""
    reading = result.readings.get(name)
    if not isinstance(reading, Mapping):
        return None
    label = max(reading, key=lambda each: reading[each])
    return Choice(label, reading[label])


def number(result: FaceResult, name: str) -> float | None:
    """Return a reading that is a number, or None where there is none."""
    reading: Reading | None = result.readings.get(name)
    return None if reading is None or isinstance(reading, Mapping) else float(reading)


def code_of(result: FaceResult, name: str, codes: Mapping[str, int], *, unknown: int = 0) -> int:
    """Return the vendor's number of what a reading says, `unknown` where there is no reading."""
    choice = likeliest(result, name)
    return unknown if choice is None else codes.get(choice.label, unknown)
