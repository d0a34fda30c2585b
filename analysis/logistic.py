"""A number turned into a probability by a logistic curve. No Django."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Logistic:
    """1 / (1 + e ** −(slope · x + offset)); the slope is positive."""

    slope: float
    offset: float

    def __post_init__(self) -> None:
        if not (0 < self.slope < math.inf and math.isfinite(self.offset)):
            raise ValueError("a logistic: its slope must be positive, its offset a number")

    def chance(self, value: float) -> float:
        """Return the probability, 0 to 1."""
        odds = self.slope * value + self.offset
        # Not 1 / (1 + exp(−odds)), which overflows for very small odds.
        return math.exp(odds) / (1 + math.exp(odds)) if odds < 0 else 1 / (1 + math.exp(-odds))

    def inverse(self, chance: float) -> float:
        """Return the number whose probability is `chance`, −∞ and ∞ for 0 and 1."""
        if chance <= 0 or chance >= 1:
            return math.copysign(math.inf, chance - 0.5)
        return (math.log(chance / (1 - chance)) - self.offset) / self.slope
