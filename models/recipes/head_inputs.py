"""What heads read: one vector for each face, made of the backbone's features.

The same steps exist twice, for stored features (numpy) and in the exported net (ONNX): the pooled
features at unit length, and maps averaged to 7×7 and then over a small grid of overlapping cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from features import GRID, MAPS, POOLED, STEP, FaceFeatures
from numpy.typing import NDArray
from onnx_graphs import HeadGraph

from analysis.pipeline.backbone import unit_length
from analysis.pipeline.types import Floats

# Cells of a grid over 7×7 places: side of a cell, and steps between cells.
_CELLS = {1: (7, 1), 2: (4, 3), 3: (3, 2), 7: (1, 1)}
# Sides of the maps as the backbone gives them.
SIDES = {"block5": 28, "block11": 14, "block13": 7}
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

    def add_to(self, graph: HeadGraph, maps: Mapping[str, str]) -> str:
        """Add the same steps to a net, given its 7×7 maps; return the name of the vectors."""
        graph.input("pooled", (POOLED,))
        parts = [graph.node("LpNormalization", "pooled", axis=1, p=2)]
        for name, cells in self.grids:
            parts.append(graph.node("Flatten", add_cells(graph, maps[name], cells)))
        return graph.node("Concat", *parts, axis=1)


def add_map(graph: HeadGraph, name: str) -> str:
    """Add a map as an input, averaged to 7×7; return its name."""
    side = SIDES[name]
    graph.input(name, (MAPS[name], side, side))
    cell = side // GRID
    if cell == 1:
        return name
    return graph.node("AveragePool", name, kernel_shape=[cell] * 2, strides=[cell] * 2)


def add_cells(graph: HeadGraph, fine: str, cells: int) -> str:
    """Add the averages of a 7×7 map over a grid; return their name."""
    side, step = _CELLS[cells]
    if side == 1:
        return fine
    return graph.node("AveragePool", fine, kernel_shape=[side] * 2, strides=[step] * 2)


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
    """Return the plain copy of some faces as the backbone's outputs: maps have their full size.

    Places of a 7×7 cell are equal, so the exported net sees exactly what was stored.
    """
    feeds: dict[str, Floats] = {}
    for name in names:
        if name == "pooled":
            feeds[name] = np.asarray(faces.pooled[0][rows], dtype=np.float32)
        else:
            cell = SIDES[name] // GRID
            values = np.asarray(faces.maps[name][0][rows], dtype=np.float32) * np.float32(STEP)
            feeds[name] = values.repeat(cell, axis=2).repeat(cell, axis=3)
    return feeds
