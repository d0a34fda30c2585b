"""A face's box in whole pixels, the same for all vendors."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.pipeline.types import Box


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle between whole pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


def pixel_box(box: Box) -> PixelBox:
    """Round the four edges half up: size follows from them, so both ways to write a box agree."""
    return PixelBox(
        left=_round(box.left),
        top=_round(box.top),
        right=_round(box.left + box.width),
        bottom=_round(box.top + box.height),
    )


def _round(value: float) -> int:
    return math.floor(value + 0.5)
