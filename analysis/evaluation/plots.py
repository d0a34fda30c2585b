"""Draws a report's plots as PNG files. No Django; matplotlib is loaded when something is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.evaluation.groups import Group, Grouping
from analysis.evaluation.measures import ClassMeasure
from analysis.evaluation.report import ReadingReport, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 110
INK = "#0b6661"
FAINT = "#85898e"
ROW_INCHES = 0.24


def draw_plots(report: Report, folder: Path) -> list[str]:
    """Write confusion, reliability and groups of each reading; return the files' names."""
    names = []
    for reading in report.readings:
        if reading.classes is not None:
            names.append(_draw_confusion(reading, reading.classes, folder))
            names.append(_draw_reliability(reading, reading.classes, folder))
        if any(grouping.groups for grouping in reading.groupings):
            names.append(_draw_groups(reading, folder))
    return names


def _draw_confusion(reading: ReadingReport, measure: ClassMeasure, folder: Path) -> str:
    rows = [row for row in measure.confusion if sum(row.said)]
    counts = np.array([row.said for row in rows], float)
    shares = counts / counts.sum(axis=1, keepdims=True)

    def draw(axes: Axes) -> None:
        axes.imshow(shares, cmap="BuGn", vmin=0, vmax=1, aspect="auto")
        for (row, column), share in np.ndenumerate(shares):
            axes.text(
                column,
                row,
                f"{100 * share:.0f} %\n{counts[row, column]:.0f}",
                ha="center",
                va="center",
                fontsize=7,
                color="white" if share > 0.6 else "black",
            )
        axes.set_xticks(range(len(reading.labels)), reading.labels, rotation=35, ha="right")
        axes.set_yticks(range(len(rows)), [row.truth for row in rows])
        axes.set_xlabel("said")
        axes.set_ylabel("true")

    width, height = 2.4 + 0.75 * len(reading.labels), 1.6 + 0.55 * len(rows)
    title = f"{reading.reading}, {measure.n} faces"
    return _save(draw, folder / f"confusion_{reading.reading}.png", (width, height), title)


def _draw_reliability(reading: ReadingReport, measure: ClassMeasure, folder: Path) -> str:
    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
        for one in measure.reliability:
            if one.confidence is None or one.accuracy is None:
                continue
            axes.vlines(one.confidence, one.accuracy.low, one.accuracy.high, color=INK, alpha=0.5)
            size = 10 + 190 * one.n / measure.n
            axes.scatter([one.confidence], [one.accuracy.value], s=size, color=INK, alpha=0.8)
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("probability of the likeliest label")
        axes.set_ylabel("share that is right")

    error = measure.calibration_error
    title = f"{reading.reading}, calibration error {error.value:.3f}" if error else reading.reading
    return _save(draw, folder / f"reliability_{reading.reading}.png", (4.6, 4.2), title)


def _draw_groups(reading: ReadingReport, folder: Path) -> str:
    rows = [
        (grouping, group)
        for grouping in reading.groupings
        for group in grouping.groups
        # Of the many groups of a cross only those that say something.
        if len(grouping.by) == 1 or not group.few
    ]

    def draw(axes: Axes) -> None:
        for row, (_, group) in enumerate(rows):
            estimate = group.accuracy or group.mae
            if estimate is None:
                continue
            axes.hlines(row, estimate.low, estimate.high, color=FAINT if group.few else INK)
            axes.plot([estimate.value], [row], "o", color=FAINT if group.few else INK, markersize=4)
        axes.set_yticks(range(len(rows)), _row_names(rows), fontsize=7)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="x", alpha=0.3)
        axes.set_xlabel("accuracy" if reading.classes else "mean error")

    height = 1.4 + ROW_INCHES * len(rows)
    title = f"{reading.reading} by group, 95 % intervals"
    return _save(draw, folder / f"groups_{reading.reading}.png", (7.0, height), title)


def _row_names(rows: Sequence[tuple[Grouping, Group]]) -> list[str]:
    return [f"{', '.join(group.values)} ({group.n})" for _, group in rows]


def _save(
    draw: Callable[[Axes], None], path: Path, size_inches: tuple[float, float], title: str
) -> str:
    # Not pyplot: that keeps figures in a global list and asks for a display.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size_inches, layout="constrained")
    axes = figure.add_subplot()
    draw(axes)
    axes.set_title(title, fontsize=9)
    FigureCanvasAgg(figure)
    # Without the date and version the same figures give the same bytes.
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return path.name
