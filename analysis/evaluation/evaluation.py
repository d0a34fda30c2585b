"""Measures every reading of a pipeline on labelled faces. No Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.evaluation.groups import DIMENSIONS, Grouping, group_faces
from analysis.evaluation.labels import LabelledFace, LabelsInvalid, read_labels
from analysis.evaluation.measures import (
    ClassMeasure,
    NumberMeasure,
    measure_classes,
    measure_numbers,
    right_answers,
)
from analysis.evaluation.report import FORMAT, Pictures, ReadingReport, Report, SourceReport
from analysis.evaluation.sightings import Sighting, Sightings
from analysis.evaluation.subjects import Subject, group_order
from analysis.pipeline.types import Reading


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled face and what the nets said of it."""

    label: LabelledFace
    readings: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Looks:
    """The samples of an evaluation, and what became of the pictures."""

    samples: tuple[Sample, ...]
    pictures: Pictures


def read_folders(folders: Sequence[Path], subjects: Sequence[Subject]) -> list[LabelledFace]:
    """Return the labelled faces of several folders; raise LabelsInvalid with all problems."""
    faces: list[LabelledFace] = []
    problems: list[str] = []
    for folder in folders:
        try:
            faces += read_labels(folder, subjects)
        except LabelsInvalid as error:
            problems += error.problems
    if problems:
        raise LabelsInvalid(problems)
    return faces


def look_at_faces(
    labels: Sequence[LabelledFace],
    sightings: Sightings,
    *,
    advance: Callable[[], None] = lambda: None,
) -> Looks:
    """Run all pictures through the pipeline; `advance` is called after each picture."""
    by_picture: dict[Path, list[LabelledFace]] = {}
    for label in labels:
        by_picture.setdefault(label.path, []).append(label)
    samples: list[Sample] = []
    no_face: list[str] = []
    not_found: list[str] = []
    unreadable: list[str] = []
    for path, faces in by_picture.items():
        sighting = sightings.look(path)
        found = _find_all(faces, sighting)
        samples += found
        name = faces[0].name
        if sighting.problem:
            unreadable.append(f"{name}: {sighting.problem}")
        elif not sighting.faces:
            no_face.append(name)
        elif len(found) < len(faces):
            not_found.append(name)
        advance()
    pictures = Pictures(
        pictures=len(by_picture),
        labelled_faces=len(labels),
        measured_faces=len(samples),
        no_face=tuple(no_face),
        not_found=tuple(not_found),
        unreadable=tuple(unreadable),
    )
    return Looks(tuple(samples), pictures)


def _find_all(faces: Sequence[LabelledFace], sighting: Sighting) -> list[Sample]:
    pairs = [(label, sighting.find(label)) for label in faces]
    return [Sample(label, face.readings) for label, face in pairs if face is not None]


def report_on(
    looks: Looks,
    subjects: Sequence[Subject],
    *,
    min_scores: Mapping[str, Mapping[str, float]],
    pipeline_version: str,
    folders: Sequence[str],
    measured_on: str,
) -> Report:
    """Measure every subject that has labels.

    `min_scores` has thresholds by reading and facet, `measured_on` is a day such as 2026-11-21.
    """
    order = group_order(subjects)
    readings = [
        _report_reading(subject, samples, min_scores.get(subject.name, {}), order, measured_on)
        for subject in subjects
        if (samples := _samples_of(subject, looks.samples))
    ]
    return Report(
        format=FORMAT,
        pipeline_version=pipeline_version,
        measured_on=measured_on,
        folders=tuple(folders),
        pictures=looks.pictures,
        readings=tuple(readings),
    )


def _samples_of(subject: Subject, samples: Sequence[Sample]) -> list[Sample]:
    """Return those that are labelled for a subject and were read."""

    def has_label(label: LabelledFace) -> bool:
        return subject.name in (label.numbers if subject.is_number else label.classes)

    return [one for one in samples if has_label(one.label) and subject.name in one.readings]


def _report_reading(
    subject: Subject,
    samples: Sequence[Sample],
    min_scores: Mapping[str, float],
    order: Mapping[str, Sequence[str]],
    measured_on: str,
) -> ReadingReport:
    classes, number = _measure(subject, samples, min_scores)
    return ReadingReport(
        reading=subject.name,
        labels=subject.labels,
        net=subject.net,
        net_sha256=subject.net_sha256,
        measured_on=measured_on,
        classes=classes,
        number=number,
        sources=_by_source(subject, samples, min_scores),
        groupings=_groupings(subject, samples, order),
    )


def _by_source(
    subject: Subject, samples: Sequence[Sample], min_scores: Mapping[str, float]
) -> tuple[SourceReport, ...]:
    names = sorted({one.label.source for one in samples})
    if len(names) < 2:
        return ()
    return tuple(
        SourceReport(
            name, *_measure(subject, [s for s in samples if s.label.source == name], min_scores)
        )
        for name in names
    )


def _measure(
    subject: Subject, samples: Sequence[Sample], min_scores: Mapping[str, float]
) -> tuple[ClassMeasure | None, NumberMeasure | None]:
    if subject.is_number:
        return None, measure_numbers(_numbers(subject, samples), _true_numbers(subject, samples))
    measure = measure_classes(
        subject.labels,
        _probabilities(subject, samples),
        _truths(subject, samples),
        min_scores=min_scores,
    )
    return measure, None


def _groupings(
    subject: Subject, samples: Sequence[Sample], order: Mapping[str, Sequence[str]]
) -> tuple[Grouping, ...]:
    members = [one.label.groups(DIMENSIONS) for one in samples]
    if subject.is_number:
        errors = _numbers(subject, samples) - _true_numbers(subject, samples)
        return group_faces(members, order=order, errors=errors)
    right = right_answers(
        subject.labels, _probabilities(subject, samples), _truths(subject, samples)
    )
    return group_faces(members, order=order, right=right)


def _numbers(subject: Subject, samples: Sequence[Sample]) -> np.ndarray:
    return np.array([one.readings[subject.name] for one in samples], np.float64)


def _true_numbers(subject: Subject, samples: Sequence[Sample]) -> np.ndarray:
    return np.array([one.label.numbers[subject.name] for one in samples], np.float64)


def _probabilities(subject: Subject, samples: Sequence[Sample]) -> np.ndarray:
    rows = []
    for one in samples:
        reading = one.readings[subject.name]
        if not isinstance(reading, Mapping):
            raise TypeError(f"the reading {subject.name} is no mapping of probabilities")
        rows.append([reading[label] for label in subject.labels])
    return np.array(rows, np.float64)


def _truths(subject: Subject, samples: Sequence[Sample]) -> list[frozenset[str]]:
    return [one.label.classes[subject.name] for one in samples]
