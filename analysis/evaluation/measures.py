"""What is measured of one reading: of classes and of numbers. Numpy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.evaluation import figures
from analysis.evaluation.figures import Estimate, Indices, ReliabilityBin, Values

# A number is "near" when it is at most that far off: years, or points of beauty.
NEAR = 5.0


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How one label does."""

    label: str
    n: int
    """Faces that are labelled with it alone."""
    said: int
    """Faces of which it was said."""
    recall: Estimate | None
    precision: Estimate | None


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    """What was said of the faces with one truth: a label, or several joined by "|"."""

    truth: str
    said: tuple[int, ...]
    """Faces for each label, in the order of the labels."""


@dataclass(frozen=True, slots=True)
class SureFigures:
    """What a facet's threshold does."""

    facet: str
    min_score: float
    unsure: Estimate | None
    """The share of the faces whose top probability is under it."""
    accuracy: Estimate | None
    """Of the other faces."""


@dataclass(frozen=True, slots=True)
class ClassMeasure:
    """A reading of probabilities on labelled faces."""

    n: int
    accuracy: Estimate | None
    balanced_accuracy: Estimate | None
    """The mean recall over the truths that occur; several labels joined by "|" are one truth."""
    auc: Estimate | None
    """Of the second label against the first; None unless there are two."""
    calibration_error: Estimate | None
    classes: tuple[ClassFigures, ...]
    confusion: tuple[ConfusionRow, ...]
    reliability: tuple[ReliabilityBin, ...]
    sure: tuple[SureFigures, ...]


@dataclass(frozen=True, slots=True)
class NumberMeasure:
    """A reading that is a number on labelled faces."""

    n: int
    mae: Estimate | None
    """Mean absolute error."""
    bias: Estimate | None
    """Mean of what was said less the truth."""
    pearson: Estimate | None
    near: Estimate | None
    """Share of the faces with an error of NEAR or less."""


def right_answers(
    labels: Sequence[str], probabilities: Values, truths: Sequence[frozenset[str]]
) -> NDArray[np.bool_]:
    """Tell for each face whether its likeliest label is one of its truth's."""
    tops = probabilities.argmax(axis=1)
    return np.array([labels[top] in truth for top, truth in zip(tops, truths, strict=True)], bool)


def measure_classes(
    labels: Sequence[str],
    probabilities: Values,
    truths: Sequence[frozenset[str]],
    *,
    min_scores: Mapping[str, float],
) -> ClassMeasure:
    """Measure n × k probabilities of k labels; `min_scores` has the facets' thresholds by name.

    A truth of several labels is met by any of them.
    """
    n = len(truths)
    tops, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = right_answers(labels, probabilities, truths)
    names = ["|".join(label for label in labels if label in truth) for truth in truths]
    kinds = [*labels, *sorted({name for name in names if "|" in name})]
    kind_of = np.array([kinds.index(name) for name in names], np.intp)
    confusion = np.zeros((len(kinds), len(labels)), int)
    np.add.at(confusion, (kind_of, tops), 1)
    return ClassMeasure(
        n=n,
        accuracy=figures.share(int(right.sum()), n),
        balanced_accuracy=figures.balanced_accuracy(kind_of, right),
        auc=_auc(labels, probabilities, kind_of),
        calibration_error=figures.calibration_error(confidence, right),
        classes=tuple(
            _measure_class(label, index, tops=tops, right=right, kind_of=kind_of)
            for index, label in enumerate(labels)
        ),
        confusion=tuple(
            ConfusionRow(kind, tuple(int(count) for count in row))
            for kind, row in zip(kinds, confusion, strict=True)
        ),
        reliability=figures.reliability(confidence, right),
        sure=tuple(
            _measure_sure(facet, min_score, confidence, right)
            for facet, min_score in min_scores.items()
        ),
    )


def measure_numbers(said: Values, truths: Values) -> NumberMeasure:
    """Measure numbers against the true ones."""
    errors = said - truths
    return NumberMeasure(
        n=len(errors),
        mae=figures.mean(np.abs(errors)),
        bias=figures.mean(errors),
        pearson=figures.pearson(said, truths),
        near=figures.share(int((np.abs(errors) <= NEAR).sum()), len(errors)),
    )


def _auc(labels: Sequence[str], probabilities: Values, kind_of: Indices) -> Estimate | None:
    if len(labels) != 2:
        return None
    exact = kind_of < 2
    return figures.auc(probabilities[exact, 1], kind_of[exact] == 1)


def _measure_class(
    label: str, index: int, *, tops: Indices, right: NDArray[np.bool_], kind_of: Indices
) -> ClassFigures:
    labelled, said = kind_of == index, tops == index
    return ClassFigures(
        label=label,
        n=int(labelled.sum()),
        said=int(said.sum()),
        recall=figures.share(int(right[labelled].sum()), int(labelled.sum())),
        precision=figures.share(int(right[said].sum()), int(said.sum())),
    )


def _measure_sure(
    facet: str, min_score: float, confidence: Values, right: NDArray[np.bool_]
) -> SureFigures:
    sure = confidence >= min_score
    return SureFigures(
        facet=facet,
        min_score=min_score,
        unsure=figures.share(int((~sure).sum()), len(sure)),
        accuracy=figures.share(int(right[sure].sum()), int(sure.sum())),
    )
