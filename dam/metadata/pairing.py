"""Which of some regions mark the same faces as others."""

from __future__ import annotations

from collections.abc import Sequence

from dam.metadata.facts import Region

# Programs mark a face as widely as they like, some with hair and neck. What is marked less alike
# than this is another face nearby.
MIN_OVERLAP = 0.15


def pair_regions(regions: Sequence[Region], boxes: Sequence[Region]) -> dict[int, int]:
    """Return which box each region is, by their indices; best overlap first, each taken once."""
    overlaps = sorted(
        (-region.overlap(box), index, box_index)
        for index, region in enumerate(regions)
        for box_index, box in enumerate(boxes)
        if region.overlap(box) >= MIN_OVERLAP
    )
    found: dict[int, int] = {}
    for _, index, box_index in overlaps:
        if index not in found and box_index not in found.values():
            found[index] = box_index
    return found
