"""What of a manifest can be labelled and measured. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.manifest import Manifest

AGE = "age"
AGE_GROUP = "age_group"
# The first year that is too old for each group; the last one has no end.
AGE_GROUPS: tuple[tuple[str, int | None], ...] = (
    ("child", 13),
    ("teen", 20),
    ("young_adult", 35),
    ("adult", 55),
    ("senior", None),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A reading that can be labelled: by one of its labels, or by a number if it has none."""

    name: str
    labels: tuple[str, ...]
    net: str
    net_sha256: str

    @property
    def is_number(self) -> bool:
        return not self.labels


def find_subjects(manifest: Manifest) -> tuple[Subject, ...]:
    """Return the readings of a manifest in its order."""
    return tuple(
        Subject(reading.name, reading.labels, net.name, net.sha256)
        for net in manifest.nets
        for reading in net.readings
    )


def age_group_of(years: float) -> str:
    """Return the age group of an age."""
    return next(name for name, end in AGE_GROUPS if end is None or years < end)


def group_order(subjects: Sequence[Subject]) -> dict[str, tuple[str, ...]]:
    """Return the values of the groups' dimensions in the order of the tables."""
    order = {subject.name: subject.labels for subject in subjects if subject.labels}
    return {**order, AGE_GROUP: tuple(name for name, _ in AGE_GROUPS)}


def find_min_scores(manifest: Manifest) -> dict[str, dict[str, float]]:
    """Return the thresholds of a manifest's facets: reading → facet → probability."""
    found: dict[str, dict[str, float]] = {}
    for facet in manifest.facets:
        if facet.min_score is not None:
            found.setdefault(facet.reading, {})[facet.name] = facet.min_score
    return found
