"""What heads read: one vector for each face, made of the backbone's features.

The same steps exist twice, for stored features (numpy) and in the exported net (ONNX): the pooled
features at unit length, and maps averaged to 7×7 and then over a small grid of overlapping cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from features import GRID, MAPS, POOLED, STEP, FaceFeatures
from numpy.typing import NDArray
from onnx_graphs import HeadGraph

from analysis.pipeline.backbone import unit_length
from analysis.pipeline.types import Floats

# Cells of a grid over 7×7 places: side of a cell, and steps between cells.
_CELLS = {1: (7, 1), 2: (4, 3), 3: (3, 2), 7: (1, 1)}
_ROWS = 1024


@dataclass(frozen=True, slots=True)
class HeadInputs:
    """Which features a head reads: the pooled ones always, and of each map so many cells a side."""

    grids: tuple[tuple[str, int], ...] = (("block11", 2), ("block5", 2))

    def vectors(self, faces: FaceFeatures, copies: int) -> NDArray[np.float16]:
        """Return copies × n × d vectors."""
        return np.stack([self._copy(faces, copy) for copy in range(copies)])

    def _copy(self, faces: FaceFeatures, copy: int) -> NDArray[np.float16]:
        parts = [unit_length(np.asarray(faces.pooled[copy], dtype=np.float32))]
        for name, cells in self.grids:
            parts.append(_average(faces.maps[name][copy], cells))
        return np.hstack([part.astype(np.float16) for part in parts])

    def add_to(self, graph: HeadGraph, maps: str) -> str:
        """Add the same steps to a net, given its maps; return the name of the vectors."""
        graph.input("pooled", (POOLED,))
        parts = [graph.node("LpNormalization", "pooled", axis=1, p=2)]
        for name, cells in self.grids:
            side, step = _CELLS[cells]
            part = graph.node("Slice", maps, *(graph.weight(one) for one in _channels(name)))
            if side > 1:
                sides = {"kernel_shape": [side] * 2, "strides": [step] * 2}
                part = graph.node("AveragePool", part, **sides)
            parts.append(graph.node("Flatten", part))
        return graph.node("Concat", *parts, axis=1)


def add_maps(graph: HeadGraph) -> str:
    """Add the backbone's maps as an input, n × 1792 × 7 × 7; return its name."""
    return graph.input("maps", (sum(MAPS.values()), GRID, GRID))


def _channels(name: str) -> list[NDArray[np.int64]]:
    """Return first channel, last channel + 1 and axis of one map, as Slice takes them."""
    first = sum(MAPS[other] for other in list(MAPS)[: list(MAPS).index(name)])
    return [np.array([one], dtype=np.int64) for one in (first, first + MAPS[name], 1)]


def _average(maps: NDArray[np.uint8], cells: int) -> Floats:
    """Average n × c × 7 × 7 stored maps over a grid, to n × (c · cells²) values."""
    side, step = _CELLS[cells]
    shares = np.zeros((GRID, GRID, cells, cells), dtype=np.float32)
    for row in range(cells):
        for column in range(cells):
            top, left = row * step, column * step
            shares[top : top + side, left : left + side, row, column] = STEP / side**2
    flat = shares.reshape(GRID * GRID, cells * cells)
    count, channels = maps.shape[:2]
    found = np.empty((count, channels * cells * cells), dtype=np.float32)
    for start in range(0, count, _ROWS):
        rows = np.asarray(maps[start : start + _ROWS], dtype=np.float32)
        found[start : start + _ROWS] = (rows.reshape(-1, GRID * GRID) @ flat).reshape(len(rows), -1)
    return found


def backbone_feeds(
    faces: FaceFeatures, names: Sequence[str], rows: NDArray[np.intp]
) -> dict[str, Floats]:
    """Return the plain copy of some faces as the backbone's outputs `pooled` and `maps`."""
    feeds: dict[str, Floats] = {}
    if "pooled" in names:
        feeds["pooled"] = np.asarray(faces.pooled[0][rows], dtype=np.float32)
    if "maps" in names:
        stacked = np.concatenate([faces.maps[name][0][rows] for name in MAPS], axis=1)
        feeds["maps"] = stacked.astype(np.float32) * np.float32(STEP)
    return feeds
