"""What the page of nets shows: a part for each reading, and the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.evaluation.figures import Estimate
from analysis.evaluation.measures import ClassMeasure
from analysis.evaluation.tables import (
    Table,
    group_table,
    headline,
    label_tables,
    overview,
    reliability_table,
)
from analysis.net_report.cards import NetCard, ReadingCard

CHART_PX = 200


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin of a reliability diagram in pixels of the chart, y downwards."""

    x: float
    y: float
    low: float
    high: float
    radius: float


@dataclass(frozen=True, slots=True)
class ReadingPart:
    """One reading in words, tables and a diagram."""

    card: ReadingCard
    headline: str
    tables: tuple[Table, ...]
    groups: tuple[Table, ...]
    reliability: Table | None
    dots: tuple[Dot, ...]


def reading_parts(cards: Sequence[NetCard]) -> tuple[ReadingPart, ...]:
    """Return all readings of the nets, in the manifest's order."""
    return tuple(_part(reading) for card in cards for reading in card.readings)


def _part(card: ReadingCard) -> ReadingPart:
    report = card.report
    if report is None:
        return ReadingPart(card, "", (), (), None, ())
    classes = report.classes
    return ReadingPart(
        card=card,
        headline=headline(report),
        tables=(overview(report), *(label_tables(classes) if classes else ())),
        groups=tuple(group_table(grouping) for grouping in report.groupings),
        reliability=reliability_table(classes) if classes else None,
        dots=_dots(classes) if classes else (),
    )


def _dots(measure: ClassMeasure) -> tuple[Dot, ...]:
    return tuple(
        _dot(one.confidence, one.accuracy, share=one.n / measure.n)
        for one in measure.reliability
        if one.confidence is not None and one.accuracy is not None
    )


def _dot(confidence: float, accuracy: Estimate, *, share: float) -> Dot:
    return Dot(
        x=round(CHART_PX * confidence, 1),
        y=round(CHART_PX * (1 - accuracy.value), 1),
        low=round(CHART_PX * (1 - accuracy.low), 1),
        high=round(CHART_PX * (1 - accuracy.high), 1),
        radius=round(2.5 + 6 * share**0.5, 1),
    )
