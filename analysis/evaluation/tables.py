"""The tables of one reading's figures, for Markdown and pages alike. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evaluation.groups import FEW, Group, Grouping
from analysis.evaluation.measures import NEAR, ClassMeasure, NumberMeasure
from analysis.evaluation.report import ReadingReport
from analysis.evaluation.wording import NOTHING, fraction, number, percent

ALL = "all"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text. The first `names` cells of a row say what the row is about."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1
    note: str = ""


def headline(reading: ReadingReport) -> str:
    """Return the figure of a reading that says most, with its interval."""
    if reading.classes is not None:
        return f"accuracy {percent(reading.classes.accuracy)}"
    return f"mean error {number(reading.number.mae)}" if reading.number else NOTHING


def overview(reading: ReadingReport) -> Table:
    """Return the figures over all faces, and of each source if there are several."""
    if reading.classes is not None:
        measures = [(one.source, one.classes) for one in reading.sources if one.classes]
        return _class_overview([(ALL, reading.classes), *measures])
    numbers = [(one.source, one.number) for one in reading.sources if one.number]
    return _number_overview([(ALL, reading.number), *numbers] if reading.number else numbers)


def label_tables(measure: ClassMeasure) -> list[Table]:
    """Return the figures of each label, and of the facets' thresholds if there are any."""
    tables = [
        Table(
            "Each label",
            ("label", "n", "recall", "precision"),
            tuple(
                (one.label, str(one.n), percent(one.recall), percent(one.precision))
                for one in measure.classes
            ),
        )
    ]
    if measure.sure:
        tables.append(
            Table(
                "Thresholds",
                ("facet", "threshold", "unsure", "accuracy of the sure"),
                tuple(
                    (one.facet, f"{one.min_score:g}", percent(one.unsure), percent(one.accuracy))
                    for one in measure.sure
                ),
            )
        )
    return tables


def reliability_table(measure: ClassMeasure) -> Table:
    """Return how often the likeliest label was right, by its probability."""
    return Table(
        "Reliability",
        ("probability", "n", "right"),
        tuple(
            (f"{100 * one.low:.0f}–{100 * one.high:.0f} %", str(one.n), percent(one.accuracy))
            for one in measure.reliability
            if one.n
        ),
    )


def group_table(grouping: Grouping) -> Table:
    """Return the figures of each group; the note tells what is missing or weak."""
    title = "By " + " × ".join(name.replace("_", " ") for name in grouping.by)
    if not grouping.groups:
        return Table(title, (), (), note="No face has such a label.")
    numbers = any(group.mae for group in grouping.groups)
    notes = []
    if any(group.few for group in grouping.groups):
        notes.append(f"* fewer than {FEW} faces.")
    if grouping.unlabelled:
        notes.append(f"{grouping.unlabelled} faces have no such label.")
    return Table(
        title,
        (
            *(name.replace("_", " ") for name in grouping.by),
            "n",
            *(("mean error", "bias") if numbers else ("accuracy",)),
        ),
        tuple(_group_row(group, numbers=numbers) for group in grouping.groups),
        names=len(grouping.by),
        note=" ".join(notes),
    )


def _class_overview(rows: Sequence[tuple[str, ClassMeasure]]) -> Table:
    with_auc = any(measure.auc for _, measure in rows)
    head = ("faces of", "n", "accuracy", "balanced accuracy", "calibration error")
    return Table(
        "Figures",
        (*head, "AUC") if with_auc else head,
        tuple(
            (
                name,
                str(measure.n),
                percent(measure.accuracy),
                percent(measure.balanced_accuracy),
                fraction(measure.calibration_error),
                *((fraction(measure.auc),) if with_auc else ()),
            )
            for name, measure in rows
        ),
    )


def _number_overview(rows: Sequence[tuple[str, NumberMeasure]]) -> Table:
    return Table(
        "Figures",
        ("faces of", "n", "mean error", "bias", "correlation", f"within {NEAR:g}"),
        tuple(
            (
                name,
                str(measure.n),
                number(measure.mae),
                number(measure.bias),
                fraction(measure.pearson),
                percent(measure.near),
            )
            for name, measure in rows
        ),
    )


def _group_row(group: Group, *, numbers: bool) -> tuple[str, ...]:
    n = f"{group.n}*" if group.few else str(group.n)
    figures = (number(group.mae), number(group.bias)) if numbers else (percent(group.accuracy),)
    # A face of which the labels say "one of these".
    values = (value.replace("|", " or ") for value in group.values)
    return (*values, n, *figures)
