"""Reads a labelled folder's `labels.csv`; tells all that is wrong with it at once. No Django."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.evaluation.subjects import AGE, AGE_GROUP, Subject, age_group_of
from analysis.pipeline.types import Box

FILE_NAME = "labels.csv"
SEPARATOR = "|"
_BOX = ("left", "top", "width", "height")
_OTHER_COLUMNS = ("file", "source", *_BOX)


class LabelsInvalid(Exception):
    """Labels cannot be used; `problems` has a sentence for each reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class LabelledFace:
    """What is true of one face of a picture."""

    path: Path
    name: str
    """The path within its folder, with the folder's name."""
    source: str
    box: Box | None
    """Pixels of the upright picture; None for the most central face."""
    classes: Mapping[str, frozenset[str]]
    """By reading: the label, or several of which any is right."""
    numbers: Mapping[str, float]

    def groups(self, dimensions: Sequence[str]) -> dict[str, str]:
        """Return the groups it belongs to by dimension, as far as it is labelled."""
        return {
            name: SEPARATOR.join(sorted(self.classes[name]))
            for name in dimensions
            if name in self.classes
        }


def read_labels(folder: Path, subjects: Sequence[Subject]) -> list[LabelledFace]:
    """Return the labelled faces of a folder, in the order of the rows.

    A label may be several joined by "|". An age in years also gives the age group. Raises
    LabelsInvalid with every problem of every row.
    """
    path = folder / FILE_NAME
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = list(reader.fieldnames or ())
            _check_columns(path, columns, subjects)
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise LabelsInvalid([f"{path} cannot be read: {error.strerror}."]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelsInvalid([f"{path} is not CSV in UTF-8: {error}."]) from error
    problems: list[str] = []
    faces: list[LabelledFace] = []
    lines: dict[tuple[Path, Box | None], int] = {}
    for line, row in rows:
        try:
            face = _Row(folder, row).read(subjects)
            first = lines.setdefault((face.path, face.box), line)
            if first != line:
                raise LabelsInvalid([f"the same face as in line {first}"])
            faces.append(face)
        except LabelsInvalid as error:
            problems.extend(f"{path}, line {line}: {problem}" for problem in error.problems)
    if not rows:
        problems.append(f"{path} has no rows.")
    if problems:
        raise LabelsInvalid(problems)
    return faces


def _check_columns(path: Path, columns: Sequence[str], subjects: Sequence[Subject]) -> None:
    allowed = [*_OTHER_COLUMNS, *(subject.name for subject in subjects)]
    unknown = [name for name in columns if name not in allowed]
    problems = [f"{path} has an unknown column {name!r}." for name in unknown]
    if unknown:
        problems.append(f"Columns may be {', '.join(allowed)}.")
    if "file" not in columns:
        problems.append(f"{path} has no column 'file'.")
    problems += [
        f"{path} has the column {n!r} twice." for n in set(columns) if columns.count(n) > 1
    ]
    if 0 < len(set(columns) & set(_BOX)) < len(_BOX):
        problems.append(f"{path} has some of the columns {', '.join(_BOX)}, but not all.")
    if not any(subject.name in columns for subject in subjects):
        problems.append(f"{path} has no column with labels.")
    if problems:
        raise LabelsInvalid(problems)


class _Row:
    """One row on its way to a LabelledFace; collects what is wrong with it."""

    def __init__(self, folder: Path, row: Mapping[str | None, str | None]) -> None:
        self._folder = folder
        self._row = row
        self._problems: list[str] = []

    def read(self, subjects: Sequence[Subject]) -> LabelledFace:
        if None in self._row:
            self._problems.append("more fields than columns")
        path = self._path()
        box = self._box()
        classes: dict[str, frozenset[str]] = {}
        numbers: dict[str, float] = {}
        for subject in subjects:
            if not (text := self._text(subject.name)):
                continue
            if subject.is_number:
                numbers[subject.name] = self._number(subject.name, text)
            else:
                classes[subject.name] = self._classes(subject, text)
        self._derive_age_group(classes, numbers)
        if not classes and not numbers:
            self._problems.append("no label")
        if self._problems:
            raise LabelsInvalid(self._problems)
        return LabelledFace(
            path=path,
            name=f"{self._folder.name}/{self._text('file')}",
            source=self._text("source") or self._folder.name,
            box=box,
            classes=classes,
            numbers=numbers,
        )

    def _text(self, column: str) -> str:
        return (self._row.get(column) or "").strip()

    def _path(self) -> Path:
        text = self._text("file")
        path = (self._folder / text).resolve()
        if not text:
            self._problems.append("no file")
        elif not path.is_relative_to(self._folder.resolve()):
            self._problems.append(f"{text} is outside the folder")
        elif not path.is_file():
            self._problems.append(f"there is no file {text}")
        return path

    def _box(self) -> Box | None:
        texts = [self._text(name) for name in _BOX]
        if not any(texts):
            return None
        if not all(texts):
            self._problems.append(f"a box needs all of {', '.join(_BOX)}")
            return None
        left, top, width, height = map(self._number, _BOX, texts)
        if min(width, height) <= 0:
            self._problems.append("a box must be wider and higher than 0")
        return Box(left, top, width, height)

    def _number(self, column: str, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (column == AGE and not 0 <= value <= 130):
            self._problems.append(f"{column} is {text!r}, which is not a number that it can be")
        return value

    def _classes(self, subject: Subject, text: str) -> frozenset[str]:
        found = frozenset(part.strip() for part in text.split(SEPARATOR))
        self._problems += [
            f"{subject.name} is {part!r}, not one of {', '.join(subject.labels)}"
            for part in sorted(found - set(subject.labels))
        ]
        return found

    def _derive_age_group(
        self, classes: dict[str, frozenset[str]], numbers: Mapping[str, float]
    ) -> None:
        if AGE not in numbers or math.isnan(numbers[AGE]):
            return
        derived = frozenset({age_group_of(numbers[AGE])})
        if classes.setdefault(AGE_GROUP, derived).isdisjoint(derived):
            self._problems.append("age and age_group contradict each other")
