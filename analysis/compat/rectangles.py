"""Boxes as vendors give them: whole pixels within the picture."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.compat.numbers import whole
from analysis.pipeline.types import Box


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box in whole pixels; one vendor gives its size, the other its second corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


def rectangle(box: Box, *, width: int, height: int) -> Rectangle:
    """Return a box with its edges rounded, cut off where it reaches over the picture's.

    Clients cut faces out by these numbers, and most of them take a negative one for the other end.
    """
    left = whole(box.left, lowest=0, highest=width)
    top = whole(box.top, lowest=0, highest=height)
    right = whole(box.left + box.width, lowest=left, highest=width)
    bottom = whole(box.top + box.height, lowest=top, highest=height)
    return Rectangle(left, top, right - left, bottom - top)
