"""The report of an evaluation: its shape, and how it is written to and read from JSON. No Django.

`report.json` is `Report` field by field, and `models/accuracy.json` is `Accuracy`. Both have the
same `ReadingReport`s. Shares and probabilities are 0 to 1, an estimate is value, low and high.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from analysis.evaluation.groups import Grouping
from analysis.evaluation.measures import ClassMeasure, NumberMeasure
from analysis.evaluation.plain import from_plain, to_plain

FORMAT = 1
REPORT_FILE = "report.json"
ACCURACY_FILE = "accuracy.json"


class AccuracyInvalid(Exception):
    """The committed figures cannot be read; the message names the file and the next step."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """The same reading on the faces of one source."""

    source: str
    classes: ClassMeasure | None
    number: NumberMeasure | None


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """One reading on all labelled faces that were found."""

    reading: str
    labels: tuple[str, ...]
    """In the net's order; empty for a number."""
    net: str
    net_sha256: str
    measured_on: str
    """The day, such as 2026-11-21."""
    classes: ClassMeasure | None
    """Of a reading of probabilities."""
    number: NumberMeasure | None
    """Of a number."""
    sources: tuple[SourceReport, ...]
    """Empty where all faces are of one source."""
    groupings: tuple[Grouping, ...]

    @property
    def n(self) -> int:
        """Faces that were measured."""
        measure = self.classes or self.number
        return measure.n if measure else 0


@dataclass(frozen=True, slots=True)
class Pictures:
    """What became of the labelled faces."""

    pictures: int
    labelled_faces: int
    measured_faces: int
    no_face: tuple[str, ...]
    """Pictures in which no face was found."""
    not_found: tuple[str, ...]
    """Pictures with faces, but none where a labelled one is."""
    unreadable: tuple[str, ...]
    """Files that are no pictures, with the reason."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one evaluation found."""

    format: int
    pipeline_version: str
    measured_on: str
    folders: tuple[str, ...]
    pictures: Pictures
    readings: tuple[ReadingReport, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The figures that are committed beside the nets, each by the evaluation that measured it."""

    format: int
    readings: tuple[ReadingReport, ...]

    def find(self, reading: str) -> ReadingReport | None:
        """Return the figures of a reading; None if it was not measured."""
        return next((one for one in self.readings if one.reading == reading), None)


NOTHING_MEASURED = Accuracy(FORMAT, ())


def write_report(report: Report, path: Path) -> None:
    path.write_text(_dump(report))


def read_report(path: Path) -> Report:
    """Return what `write_report` wrote. Raises OSError and ValueError."""
    return from_plain(Report, json.loads(path.read_text()))


def read_accuracy(models_dir: Path) -> Accuracy:
    """Return the figures of a folder of nets; without the file nothing is measured.

    Raises AccuracyInvalid.
    """
    path = models_dir / ACCURACY_FILE
    try:
        found = from_plain(Accuracy, json.loads(path.read_text()))
    except FileNotFoundError:
        return NOTHING_MEASURED
    except (OSError, ValueError) as error:
        raise AccuracyInvalid(
            f"{path} cannot be used ({error}). Write it again with manage.py evaluate_nets "
            "--accuracy, or remove it."
        ) from error
    if found.format != FORMAT:
        raise AccuracyInvalid(f"{path} has the format {found.format}, not {FORMAT}.")
    return found


def write_accuracy(report: Report, models_dir: Path) -> None:
    """Put a report's readings in the place of those of before; others stay as they are.

    Raises AccuracyInvalid if what is there cannot be read.
    """
    new = {one.reading: one for one in report.readings}
    old = [one for one in read_accuracy(models_dir).readings if one.reading not in new]
    readings = sorted([*old, *new.values()], key=lambda one: one.reading)
    (models_dir / ACCURACY_FILE).write_text(_dump(Accuracy(FORMAT, tuple(readings))))


def _dump(value: Report | Accuracy) -> str:
    return json.dumps(to_plain(value), indent=1, ensure_ascii=False) + "\n"
