"""Numbers of a face or photo that may be asked for from here to there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.nets import switched_off_readings
from search.query.parameters import ParameterReader, plain_number

FACES = "faces"


@dataclass(frozen=True, slots=True)
class Range:
    """From `minimum` to `maximum`, both included; None is no end on that side."""

    minimum: float | None = None
    maximum: float | None = None

    def __bool__(self) -> bool:
        return self.minimum is not None or self.maximum is not None

    def holds(self, numbers: NDArray[Any]) -> NDArray[np.bool_]:
        """Tell which numbers are in it. An end is rounded to their type; NaN is in no range."""
        held = np.ones(len(numbers), dtype=np.bool_)
        if self.minimum is not None:
            held &= numbers >= self.minimum
        if self.maximum is not None:
            held &= numbers <= self.maximum
        return held


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a range may be asked of: `min_NAME` and `max_NAME` in addresses."""

    name: str
    label: str
    unit: str
    lowest: float
    highest: float
    about: str
    edges: tuple[float, ...]
    """Where the steps of a histogram begin, rising; the last one has no end."""
    is_whole: bool = False
    reading: str = ""
    """What it is; empty where that is no reading, which may be switched off."""

    @property
    def parameters(self) -> tuple[str, str]:
        return f"min_{self.name}", f"max_{self.name}"

    @property
    def schema(self) -> dict[str, Any]:
        """Each end in the API's schema."""
        kind = "integer" if self.is_whole else "number"
        return {"type": kind, "minimum": self.lowest, "maximum": self.highest}

    def read(self, reader: ParameterReader) -> Range:
        """Return what is asked for; problems are noted."""
        low, high = self.parameters
        read = reader.whole if self.is_whole else reader.number
        found = Range(
            read(low, minimum=self.lowest, maximum=self.highest),
            read(high, minimum=self.lowest, maximum=self.highest),
        )
        if None not in (found.minimum, found.maximum) and found.maximum < found.minimum:  # type: ignore[operator]
            reader.note(high, f"Must not be less than “{low}”.")
        return found

    def write(self, found: Range) -> dict[str, str]:
        """Return the parameters that `read` reads as this range."""
        ends = zip(self.parameters, (found.minimum, found.maximum), strict=True)
        return {name: plain_number(end) for name, end in ends if end is not None}

    def without(self, found: Range, name: str) -> Range:
        """Return a range without one end, or without both where `name` is the measure's own."""
        low, high = self.parameters
        return Range(
            None if name in (self.name, low) else found.minimum,
            None if name in (self.name, high) else found.maximum,
        )

    def describe(self, found: Range) -> str:
        """Return a range in words, such as "60 or more"."""
        low, high = found.minimum, found.maximum
        unit = f" {self.unit}" if self.unit else ""
        if high is None:
            return f"{plain_number(low or 0)}{unit} or more"
        if low is None:
            return f"{plain_number(high)}{unit} or less"
        if low == high:
            return f"{plain_number(low)}{unit}"
        return f"{plain_number(low)} to {plain_number(high)}{unit}"


MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "age",
            "Age",
            "years",
            0,
            150,
            "the age in years that was read",
            edges=tuple(range(0, 100, 5)),
            reading="age",
        ),
        Measure("quality", "Quality", "", 0, 100, "`quality.score`", edges=tuple(range(0, 100, 5))),
        Measure(
            "score",
            "Detection",
            "",
            0,
            1,
            "the detector's certainty",
            edges=tuple(percent / 100 for percent in range(50, 100, 5)),
        ),
        Measure(
            "size",
            "Face size",
            "px",
            0,
            100_000,
            "the shorter side of the box in pixels",
            edges=(0, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048),
        ),
        Measure(
            FACES,
            "Faces in the photo",
            "",
            0,
            32_767,
            "how many faces the photo has",
            edges=(1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50),
            is_whole=True,
        ),
    )
}


def measures() -> tuple[Measure, ...]:
    """Return what ranges may be asked of: all, but for readings that are switched off."""
    off = switched_off_readings()
    return tuple(measure for measure in MEASURES.values() if measure.reading not in off)
