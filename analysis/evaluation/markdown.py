"""Writes a report as Markdown: short tables, and links to the plots. No Django."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from analysis.evaluation.figures import Estimate
from analysis.evaluation.groups import FEW, Group, Grouping
from analysis.evaluation.measures import NEAR, ClassMeasure, NumberMeasure
from analysis.evaluation.report import Pictures, ReadingReport, Report

NAMED = 20
NOTHING = "–"


def render_report(report: Report, *, plots: Sequence[str]) -> str:
    """Return the report; `plots` names the files beside it that exist."""
    summary = (
        f"Measured on {report.measured_on} with the pipeline {report.pipeline_version} on "
        f"{', '.join(report.folders)}. In brackets: 95 % intervals (Wilson's for shares, else "
        "bootstrapped). A label of several classes is met by any of them."
    )
    parts = ["# Accuracy of the readings", summary, _pictures(report.pictures)]
    for reading in report.readings:
        parts += _reading(reading, plots)
    return "\n\n".join(part for part in parts if part) + "\n"


def _pictures(pictures: Pictures) -> str:
    found = (
        f"{pictures.measured_faces} of {pictures.labelled_faces} labelled faces in "
        f"{pictures.pictures} pictures were found and measured."
    )
    lines = []
    lists = (
        ("Pictures without a face", pictures.no_face),
        ("Pictures in which no face is where a labelled one is", pictures.not_found),
        ("Files that are no pictures", pictures.unreadable),
    )
    for title, names in lists:
        if names:
            more = ", …" if len(names) > NAMED else ""
            lines.append(f"- {title}: {len(names)} ({', '.join(names[:NAMED])}{more})")
    return "\n".join([found, "", *lines]).strip()


def _reading(reading: ReadingReport, plots: Sequence[str]) -> list[str]:
    rows = [("all", reading.classes, reading.number)]
    rows += [(one.source, one.classes, one.number) for one in reading.sources]
    parts = [f"## {reading.reading}", f"Net `{reading.net}`, {reading.net_sha256[:12]}."]
    if reading.classes is not None:
        parts.append(_class_overview([(name, c) for name, c, _ in rows if c is not None]))
        parts += [_classes(reading.classes), _thresholds(reading.classes)]
    if reading.number is not None:
        parts.append(_number_overview([(name, m) for name, _, m in rows if m is not None]))
    parts += [_grouping(grouping) for grouping in reading.groupings]
    for kind in ("confusion", "reliability", "groups"):
        name = f"{kind}_{reading.reading}.png"
        if name in plots:
            parts.append(f"![{kind.capitalize()} of {reading.reading}]({name})")
    return parts


def _class_overview(rows: Sequence[tuple[str, ClassMeasure]]) -> str:
    with_auc = any(measure.auc for _, measure in rows)
    head = ["faces of", "n", "accuracy", "balanced", "calibration error"]
    return _table(
        [*head, "AUC"] if with_auc else head,
        (
            [
                name,
                str(measure.n),
                percent(measure.accuracy),
                percent(measure.balanced_accuracy),
                fraction(measure.calibration_error),
                *([fraction(measure.auc)] if with_auc else []),
            ]
            for name, measure in rows
        ),
    )


def _number_overview(rows: Sequence[tuple[str, NumberMeasure]]) -> str:
    return _table(
        ["faces of", "n", "mean error", "bias", "Pearson", f"within {NEAR:g}"],
        (
            [
                name,
                str(measure.n),
                number(measure.mae),
                number(measure.bias),
                fraction(measure.pearson),
                percent(measure.near),
            ]
            for name, measure in rows
        ),
    )


def _classes(measure: ClassMeasure) -> str:
    return _table(
        ["label", "n", "recall", "precision"],
        (
            [one.label, str(one.n), percent(one.recall), percent(one.precision)]
            for one in measure.classes
        ),
    )


def _thresholds(measure: ClassMeasure) -> str:
    if not measure.sure:
        return ""
    return _table(
        ["facet", "threshold", "unsure", "accuracy of the sure"],
        (
            [one.facet, f"{one.min_score:g}", percent(one.unsure), percent(one.accuracy)]
            for one in measure.sure
        ),
    )


def _grouping(grouping: Grouping) -> str:
    title = " × ".join(name.replace("_", " ") for name in grouping.by)
    if not grouping.groups:
        return f"By {title}: no face has such a label."
    numbers = any(group.mae for group in grouping.groups)
    figures = ["mean error", "bias"] if numbers else ["accuracy"]
    table = _table(
        [*(name.replace("_", " ") for name in grouping.by), "n", *figures],
        (_group(group, numbers=numbers) for group in grouping.groups),
    )
    notes = []
    if any(group.few for group in grouping.groups):
        notes.append(f"\\* fewer than {FEW} faces")
    if grouping.unlabelled:
        notes.append(f"{grouping.unlabelled} faces without such labels")
    return f"By {title}:\n\n{table}" + (f"\n\n({'; '.join(notes)})" if notes else "")


def _group(group: Group, *, numbers: bool) -> list[str]:
    n = f"{group.n}\\*" if group.few else str(group.n)
    figures = [number(group.mae), number(group.bias)] if numbers else [percent(group.accuracy)]
    return [*group.values, n, *figures]


def headline(reading: ReadingReport) -> str:
    """Return the figure of a reading that says most, with its interval."""
    if reading.classes is not None:
        return f"accuracy {percent(reading.classes.accuracy)}"
    return f"mean error {number(reading.number.mae)}" if reading.number else NOTHING


def percent(estimate: Estimate | None) -> str:
    """Return a share such as "97.5 % (96.1–98.4)"."""
    if estimate is None:
        return NOTHING
    value, low, high = (100 * part for part in (estimate.value, estimate.low, estimate.high))
    return f"{value:.1f} % ({low:.1f}–{high:.1f})"


def fraction(estimate: Estimate | None) -> str:
    """Return a figure such as ".013 (.009–.020)"."""
    return _written(estimate, lambda value: f"{value:.3f}".replace("0.", ".", 1))


def number(estimate: Estimate | None) -> str:
    """Return a figure such as "3.94 (3.80–4.08)"; negative ones with "to" between the ends."""
    return _written(estimate, lambda value: f"{value:.2f}")


def _written(estimate: Estimate | None, write: Callable[[float], str]) -> str:
    if estimate is None:
        return NOTHING
    between = " to " if estimate.low < 0 else "–"
    low, high = write(estimate.low), write(estimate.high)
    return f"{write(estimate.value)} ({low}{between}{high})".replace("-", "−")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_escaped(cell) for cell in line)} |" for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", " or ")
