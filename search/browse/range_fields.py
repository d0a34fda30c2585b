"""The fields for numbers: two ends, and how the numbers of what is found spread between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.matching import Matches
from search.matching.histograms import count_steps
from search.query.parameters import plain_number
from search.query.ranges import Measure, Range, measures

BAR_HEIGHT = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a histogram, in the drawing's units; `left` is also its number."""

    left: int
    top: float
    height: float
    is_asked: bool


@dataclass(frozen=True, slots=True)
class RangeField:
    """Two fields for the ends of a range, as they are written in the address, and a histogram."""

    measure: Measure
    asked: Range
    counts: Sequence[int]
    """From each edge of the measure to the next one, and after the last."""

    @property
    def names(self) -> tuple[str, str]:
        return self.measure.parameters

    @property
    def minimum(self) -> str:
        return "" if self.asked.minimum is None else plain_number(self.asked.minimum)

    @property
    def maximum(self) -> str:
        return "" if self.asked.maximum is None else plain_number(self.asked.maximum)

    @property
    def step(self) -> str:
        return "1" if self.measure.is_whole else "any"

    @property
    def edges(self) -> str:
        """The values that the sliders stop at; below the first and above the last is no end."""
        return ",".join(plain_number(edge) for edge in self.measure.edges)

    @property
    def bars(self) -> list[Bar]:
        most = max(self.counts, default=0) or 1
        heights = (round(BAR_HEIGHT * count / most, 1) for count in self.counts)
        return [
            Bar(
                left=place,
                top=round(BAR_HEIGHT - height, 1),
                height=height,
                is_asked=self._meets(place),
            )
            for place, height in enumerate(heights)
        ]

    def _meets(self, place: int) -> bool:
        """Tell whether some number of a step is asked for."""
        edges, asked = self.measure.edges, self.asked
        ends_after = place + 1 == len(edges) or asked.minimum is None
        return (ends_after or edges[place + 1] > (asked.minimum or 0)) and (
            asked.maximum is None or edges[place] <= asked.maximum
        )


def range_fields(matches: Matches) -> list[RangeField]:
    """Return the fields of all measures, with what is found if nothing is asked of each."""
    steps = count_steps(matches)
    return [
        RangeField(
            measure,
            asked=matches.query.ranges.get(measure.name, Range()),
            counts=steps[measure.name].tolist(),
        )
        for measure in measures()
    ]
