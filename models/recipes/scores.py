"""Figures of a head on faces that it was not trained on, as tables and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from calibration import Bin, calibration_error, reliability
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one part of the test faces is classified."""

    title: str
    count: int
    accuracy: float
    balanced: float
    calibration_error: float
    recalls: dict[str, tuple[float, int]]
    """Class → share found, number of faces."""
    bins: list[Bin] = field(repr=False, default_factory=list)


@dataclass(frozen=True, slots=True)
class NumberScore:
    """How a number is read on one part of the test faces."""

    title: str
    count: int
    mean_error: float
    """Mean absolute error."""
    bias: float
    """Mean of reading less label."""
    correlation: float
    """Pearson's."""


def score_classes(
    title: str,
    chances: NDArray[np.floating],
    targets: NDArray[np.intp],
    labels: Sequence[str],
) -> ClassScore:
    """Score n × k probabilities against the classes."""
    answers = chances.argmax(axis=1)
    right = answers == targets
    recalls = {
        label: (float(right[targets == index].mean()), int((targets == index).sum()))
        for index, label in enumerate(labels)
        if (targets == index).any()
    }
    bins = reliability(chances.max(axis=1).astype(np.float64), right)
    return ClassScore(
        title=title,
        count=len(targets),
        accuracy=float(right.mean()),
        balanced=float(np.mean([recall for recall, _ in recalls.values()])),
        calibration_error=calibration_error(bins),
        recalls=recalls,
        bins=bins,
    )


def score_numbers(
    title: str, numbers: NDArray[np.floating], targets: NDArray[np.floating]
) -> NumberScore:
    """Score n readings against the numbers."""
    return NumberScore(
        title=title,
        count=len(targets),
        mean_error=float(np.abs(numbers - targets).mean()),
        bias=float((numbers - targets).mean()),
        correlation=float(np.corrcoef(numbers, targets)[0, 1]) if len(targets) > 1 else 0.0,
    )


def print_scores(scores: Sequence[ClassScore | NumberScore]) -> None:
    """Print the rows of Markdown tables."""
    for score in scores:
        if isinstance(score, NumberScore):
            print(
                f"| {score.title} | {score.count} | {score.mean_error:.2f} | {score.bias:+.2f} "
                f"| {score.correlation:.3f} |"
            )
        else:
            recalls = ", ".join(
                f"{label} {recall:.3f} ({count})"
                for label, (recall, count) in score.recalls.items()
            )
            print(
                f"| {score.title} | {score.count} | {score.accuracy:.4f} | {score.balanced:.4f} "
                f"| {score.calibration_error:.4f} | {recalls} |"
            )


def save_scores(path: Path, scores: Sequence[ClassScore | NumberScore]) -> None:
    """Write the figures as JSON."""
    path.write_text(json.dumps([asdict(score) for score in scores], indent=1) + "\n")
