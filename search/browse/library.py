"""What happens in the library while somebody looks at a page of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max

from analysis.models import AnalysisRun
from analysis.photos import UNFINISHED
from dam.models import Asset


@dataclass(frozen=True, slots=True)
class LibraryState:
    """Which photo came last, and how many runs are not finished: cheap for any number of photos."""

    newest: int
    """Of the last one that is there; 0 if there is none."""
    waiting: int

    def __str__(self) -> str:
        return f"{self.newest}-{self.waiting}"


def library_now() -> LibraryState:
    """Return the state; takes two queries."""
    return LibraryState(
        newest=Asset.objects.aggregate(newest=Max("pk"))["newest"] or 0,
        waiting=AnalysisRun.objects.filter(status__in=UNFINISHED).count(),
    )
