"""A small network on the backbone's maps, each averaged to 7×7: it can tell where something ends.

Channels are standardised and reduced, map by map, to their main components; a layer shared by all
places picks what matters, one layer weighs it place by place, one more gives the logits. All
that is linear before the first ReLU becomes one 1×1 convolution in the exported net.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from features import GRID, MAPS, STEP
from head_inputs import add_maps
from numpy.typing import NDArray
from onnx_graphs import HeadGraph, pack
from torch import Tensor, nn

from analysis.pipeline.types import Floats

# Main components that are kept of each map.
COMPONENTS: Mapping[str, int] = MappingProxyType({"block5": 96, "block11": 128, "block13": 128})
_PLACES = GRID * GRID
_SAMPLES = 1000
_ROWS = 256
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """Takes stored channels to their main components: values = basis @ channels + offset."""

    basis: Floats
    """Components × channels, block by block."""
    offset: Floats

    @classmethod
    def fit(cls, maps: Bytes, components: Mapping[str, int] = COMPONENTS) -> Reduction:
        """Find so many components of each map in n × channels × 7 × 7 stored maps."""
        chosen = maps[:: max(len(maps) // _SAMPLES, 1)].astype(np.float32)
        values = chosen.transpose(0, 2, 3, 1).reshape(-1, chosen.shape[1]) * np.float32(STEP)
        mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-2
        scaled = (values - mean) / spread
        basis = np.zeros((sum(components.values()), len(mean)), dtype=np.float32)
        row = column = 0
        for name, channels in MAPS.items():
            part = scaled[:, column : column + channels]
            powers, axes = np.linalg.eigh(part.T @ part / len(part))
            count = components[name]
            # Of like size, that all be heard, but the last ones less.
            shrunk = 1 / np.sqrt(powers[::-1][:count] + np.float32(0.05) * powers[-1])
            axes = axes[:, ::-1][:, :count] * shrunk
            # The sign of an axis is arbitrary: fix it.
            axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(count)])
            basis[row : row + count, column : column + channels] = axes.T
            row, column = row + count, column + channels
        basis /= spread
        return cls(basis=basis, offset=-basis @ mean)

    def reduce(self, maps: Bytes) -> NDArray[np.float16]:
        """Return n × 49 × components values of stored maps."""
        found = np.empty((len(maps), _PLACES, len(self.basis)), dtype=np.float16)
        basis = np.ascontiguousarray(self.basis.T * np.float32(STEP))
        for start in range(0, len(maps), _ROWS):
            part = maps[start : start + _ROWS].reshape(-1, maps.shape[1], _PLACES)
            flat = part.transpose(0, 2, 1).reshape(-1, maps.shape[1]).astype(np.float32)
            values = flat @ basis + self.offset
            found[start : start + _ROWS] = values.reshape(-1, _PLACES, len(self.basis))
        return found


class SpatialNet(nn.Module):
    """So many small networks side by side, whose logits are averaged."""

    def __init__(
        self,
        components: int,
        outputs: int,
        *,
        picked: int = 40,
        hidden: int = 40,
        members: int = 2,
        hide: tuple[float, float, float] = (0.1, 0.2, 0.4),
    ) -> None:
        super().__init__()
        self.members, self.picked, self.hidden = members, picked, hidden
        self.pick = nn.Linear(components, members * picked)
        bound = (3 / (picked * _PLACES)) ** 0.5
        shape = (members, picked * _PLACES, hidden)
        self.weigh = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.weigh_offset = nn.Parameter(torch.zeros(members, 1, hidden))
        bound = (3 / hidden) ** 0.5
        self.answer = nn.Parameter(torch.empty(members, hidden, outputs).uniform_(-bound, bound))
        self.answer_offset = nn.Parameter(torch.zeros(members, 1, outputs))
        self.hide = nn.ModuleList([nn.Dropout(hide[0]), nn.Dropout(hide[1]), nn.Dropout(hide[2])])

    def forward(self, values: Tensor) -> Tensor:
        """Take b × 49 × components values, give members × b × k logits."""
        count = len(values)
        picked = self.hide[1](torch.relu(self.pick(self.hide[0](values))))
        apart = picked.reshape(count, _PLACES, self.members, self.picked).permute(2, 0, 3, 1)
        flat = apart.reshape(self.members, count, -1)
        inner = self.hide[2](torch.relu(torch.baddbmm(self.weigh_offset, flat, self.weigh)))
        return torch.baddbmm(self.answer_offset, inner, self.answer)


@dataclass(frozen=True, slots=True, eq=False)
class FoldedNet:
    """What is exported: a convolution on the maps and two layers, in weights that are packed."""

    kernel: Floats
    """(Members · picked) × channels."""
    kernel_offset: Floats
    weigh: Floats
    """(Members · hidden) × picked × 7 × 7."""
    weigh_offset: Floats
    answer: Floats
    """(Members · hidden) × k."""
    answer_offset: Floats

    @classmethod
    @torch.no_grad()
    def of(cls, networks: Sequence[SpatialNet], reduction: Reduction) -> FoldedNet:
        """Fold networks of one shape, whose logits are averaged, into one."""
        picks = np.concatenate([net.pick.weight.numpy() for net in networks])
        biases = np.concatenate([net.pick.bias.numpy() for net in networks])
        weigh = np.concatenate([net.weigh.numpy().transpose(0, 2, 1) for net in networks])
        members, hidden, _ = weigh.shape
        answers = np.concatenate([net.answer.numpy() for net in networks])
        offsets = np.concatenate([net.answer_offset.numpy() for net in networks])
        return cls(
            kernel=pack(picks @ reduction.basis, axis=0),
            kernel_offset=biases + picks @ reduction.offset,
            weigh=pack(weigh.reshape(members * hidden, -1, GRID, GRID), axis=0),
            weigh_offset=np.concatenate([net.weigh_offset.numpy() for net in networks]).ravel(),
            answer=answers.reshape(members * hidden, -1) / members,
            answer_offset=offsets.mean(axis=(0, 1)),
        )

    def logits(self, maps: Bytes) -> Floats:
        """Return n × k logits of stored maps."""
        members = len(self.kernel) // self.weigh.shape[1]
        weigh = self.weigh.reshape(members, -1, self.weigh[0].size).transpose(0, 2, 1)
        kernel = self.kernel * np.float32(STEP)
        found = []
        for start in range(0, len(maps), _ROWS):
            part = maps[start : start + _ROWS].reshape(-1, maps.shape[1], _PLACES)
            picked = np.matmul(kernel, part.astype(np.float32)) + self.kernel_offset[:, None]
            flat = np.maximum(picked, 0).reshape(len(part), members, -1).transpose(1, 0, 2)
            inner = np.matmul(flat, weigh).transpose(1, 0, 2).reshape(len(part), -1)
            found.append(
                np.maximum(inner + self.weigh_offset, 0) @ self.answer + self.answer_offset
            )
        return np.concatenate(found)

    def add_to(self, graph: HeadGraph, maps: str) -> str:
        """Add everything from the backbone's maps on; return the name of the logits."""
        inner = self._add_layers(graph, maps)
        answer, offset = graph.weight(self.answer), graph.weight(self.answer_offset)
        return graph.node("Gemm", inner, answer, offset)

    def export(self, name: str, *, slope: float, offsets: Floats) -> HeadGraph:
        """Return the net up to `probabilities`, a softmax of slope · logits + offsets."""
        graph = HeadGraph(name)
        inner = self._add_layers(graph, add_maps(graph))
        answer = graph.weight((self.answer * slope).astype(np.float32))
        offset = graph.weight((self.answer_offset * slope + offsets).astype(np.float32))
        chances = graph.node("Softmax", graph.node("Gemm", inner, answer, offset), axis=1)
        graph.output("probabilities", chances, (self.answer.shape[1],))
        return graph

    def _add_layers(self, graph: HeadGraph, maps: str) -> str:
        kernel = graph.packed(self.kernel[..., None, None], axis=0)
        picked = graph.node("Conv", maps, kernel, graph.weight(self.kernel_offset))
        weigh = graph.packed(self.weigh, axis=0)
        groups = len(self.kernel) // self.weigh.shape[1]
        places = graph.node(
            "Conv", graph.node("Relu", picked), weigh, graph.weight(self.weigh_offset), group=groups
        )
        return graph.node("Flatten", graph.node("Relu", places))
