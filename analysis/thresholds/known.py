"""What a process knows of thresholds that were set: at most KNOWN_SECONDS old."""

from __future__ import annotations

import time
from collections.abc import Mapping

from analysis.thresholds.models import FacetThreshold

KNOWN_SECONDS = 2.0


class KnownThresholds:
    """Thresholds by facet, read again when they are old. Facets are asked for all the time."""

    def __init__(self) -> None:
        self._values: Mapping[str, float] = {}
        self._until = 0.0

    def values(self) -> Mapping[str, float]:
        if time.monotonic() >= self._until:
            rows = FacetThreshold.objects.exclude(min_score=None)
            self.keep(dict(rows.values_list("facet", "min_score")), seconds=KNOWN_SECONDS)
        return self._values

    def keep(self, values: Mapping[str, float], *, seconds: float) -> None:
        """Take these for what is set, for some seconds."""
        self._values, self._until = values, time.monotonic() + seconds

    def forget(self) -> None:
        """Read them at the next question: one was changed."""
        self._until = 0.0


known_thresholds = KnownThresholds()
