"""How far a reading of a face may be trusted, by what was measured on labelled faces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.evaluation.tables import headline
from analysis.net_report.cards import ReadingCard, net_cards

# Of fewer faces the share says nothing.
LEAST_FACES = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured of a reading, and of those as sure as this one."""

    reading: str
    headline: str
    """Such as "accuracy 94.1 % (93.5–94.6)"; empty where nothing was measured."""
    right_percent: float | None = None
    """How often the likeliest label was right where its probability was about the same."""
    faces: int = 0
    """On so many faces."""


def measured_readings() -> Mapping[str, ReadingCard]:
    """Return all readings by their names, with what was measured of them."""
    return {reading.spec.name: reading for card in net_cards() for reading in card.readings}


def evidence_of(card: ReadingCard, *, probability: float | None) -> Evidence:
    """Return what is known of a reading whose likeliest label has a probability (0–1)."""
    report = card.report
    if report is None:
        return Evidence(card.spec.name, headline="")
    said = Evidence(card.spec.name, headline=headline(report))
    if report.classes is None or probability is None:
        return said
    for one in report.classes.reliability:
        if one.low < probability <= one.high and one.accuracy and one.n >= LEAST_FACES:
            return Evidence(said.reading, said.headline, 100 * one.accuracy.value, one.n)
    return said
