"""The networks of the emotion head: small convolutional ones on the backbone's maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from emotion_features import MAPS, SIDES, STEP
from numpy.typing import NDArray
from onnx_graphs import HeadGraph, pack
from torch import Tensor, nn

GRID = 7


@dataclass(frozen=True, slots=True)
class Shape:
    """How many channels each map is mixed to, and what follows."""

    mixed: tuple[tuple[str, int], ...] = (("block5", 64), ("block11", 128), ("block13", 64))
    fine: bool = False
    """Whether maps are mixed at 14×14 and shrunk to 7×7 afterwards, not before."""
    blocks: int = 2
    dropout: float = 0.3

    @property
    def width(self) -> int:
        return sum(width for _, width in self.mixed)


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """Mixup of a batch: each face counts `share`, and `other` names the face for the rest."""

    share: float
    other: Tensor


class Unit(nn.Module):
    """A convolution, batch normalisation and, if wanted, a ReLU."""

    def __init__(
        self,
        given: int,
        wanted: int,
        *,
        side: int = 1,
        stride: int = 1,
        relu: bool = True,
        depthwise: bool = False,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            given,
            wanted,
            side,
            stride=stride,
            padding=side // 2,
            groups=given if depthwise else 1,
            bias=False,
        )
        self.norm = nn.BatchNorm2d(wanted)
        self.relu = relu

    def forward(self, values: Tensor) -> Tensor:
        values = self.norm(self.conv(values))
        return torch.relu(values) if self.relu else values

    @torch.no_grad()
    def fold(self) -> None:
        """Move the normalisation into the convolution's weights, packed as they are exported."""
        norm = self.norm
        slopes = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        norm.bias.sub_(norm.running_mean * slopes)
        weight = (self.conv.weight * slopes[:, None, None, None]).numpy()
        self.conv.weight.copy_(torch.from_numpy(pack(weight, axis=0)))
        norm.weight.fill_(1)
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)

    def add_to(self, graph: HeadGraph, values: str) -> str:
        """Add a folded unit to a net."""
        weights = self.conv.weight.detach().numpy()
        side = self.conv.kernel_size[0]
        found = graph.node(
            "Conv",
            values,
            graph.packed(weights, axis=0),
            graph.weight(self.norm.bias.detach().numpy()),
            group=self.conv.groups,
            kernel_shape=[side, side],
            pads=[side // 2] * 4,
            strides=list(self.conv.stride),
        )
        return graph.node("Relu", found) if self.relu else found


class Block(nn.Module):
    """Adds to maps what a 3×3 depthwise and a 1×1 convolution make of them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.spread = Unit(width, width, side=3, depthwise=True)
        self.mix = Unit(width, width, relu=False)

    def forward(self, values: Tensor) -> Tensor:
        return torch.relu(values + self.mix(self.spread(values)))

    def add_to(self, graph: HeadGraph, values: str) -> str:
        added = self.mix.add_to(graph, self.spread.add_to(graph, values))
        return graph.node("Relu", graph.node("Add", values, added))


class EmotionNet(nn.Module):
    """Takes the maps of faces, kept one behind the other, and gives logits.

    Each map is brought to 7×7 and mixed to few channels; blocks follow. The result is summed up
    by its mean, and by a weight for each channel and place, since faces lie alike in their crops.
    """

    def __init__(self, shape: Shape, *, classes: int) -> None:
        super().__init__()
        self.shape = shape
        self.hide_maps = nn.Dropout2d(shape.dropout / 2)
        self.stems = nn.ModuleDict(
            {name: _stem(name, width, fine=shape.fine) for name, width in shape.mixed}
        )
        self.blocks = nn.Sequential(*(Block(shape.width) for _ in range(shape.blocks)))
        self.places = nn.Conv2d(shape.width, shape.width, GRID, groups=shape.width, bias=False)
        nn.init.constant_(self.places.weight, 1 / GRID**2)
        self.hide = nn.Dropout(shape.dropout)
        self.last = nn.Linear(2 * shape.width, classes)

    def forward(self, kept: Tensor, blend: Blend | None = None) -> Tensor:
        """Take n × all bytes of the maps, give n × classes."""
        maps = split_maps(kept)
        mixed = [stem(self.hide_maps(maps[name])) for name, stem in self.stems.items()]
        values = torch.cat(mixed, dim=1)
        if blend is not None:
            values = torch.lerp(values[blend.other], values, blend.share)
        values = self.blocks(values)
        summary = torch.cat([values.mean(dim=(2, 3)), self.places(values).flatten(1)], dim=1)
        return self.last(self.hide(summary))

    def fold(self) -> None:
        """Bring the weights to what is exported."""
        for module in self.modules():
            if isinstance(module, Unit):
                module.fold()

    def add_to(self, graph: HeadGraph, maps: Mapping[str, str]) -> str:
        """Add a folded network to a net; return the name of its logits."""
        mixed = []
        for name, stem in self.stems.items():
            values = maps[name]
            for unit in stem:
                values = unit.add_to(graph, values)
            mixed.append(values)
        values = graph.node("Concat", *mixed, axis=1)
        for block in self.blocks:
            values = block.add_to(graph, values)
        weights = self.places.weight.detach().numpy()
        places = graph.node(
            "Conv", values, graph.weight(weights), group=len(weights), kernel_shape=[GRID, GRID]
        )
        means = graph.node("GlobalAveragePool", values)
        summary = graph.node("Flatten", graph.node("Concat", means, places, axis=1))
        slopes = graph.weight(self.last.weight.detach().numpy().T)
        return graph.node("Gemm", summary, slopes, graph.weight(self.last.bias.detach().numpy()))


def split_maps(kept: Tensor) -> dict[str, Tensor]:
    """Return the maps, n × channels × side × side, of n × all their bytes."""
    maps, start = {}, 0
    for name, (side, channels) in MAPS.items():
        end = start + side * side * channels
        flat = kept[:, start:end].unflatten(1, (side, side, channels)).permute(0, 3, 1, 2)
        maps[name] = flat.to(torch.float32, memory_format=torch.channels_last).mul_(STEP)
        start = end
    return maps


def add_maps(graph: HeadGraph) -> dict[str, str]:
    """Declare the backbone's maps as inputs, averaged to the sides that are kept."""
    maps = {}
    for name, (side, channels) in MAPS.items():
        maps[name] = graph.input(name, (channels, SIDES[name], SIDES[name]))
        cell = SIDES[name] // side
        if cell > 1:
            maps[name] = graph.node(
                "AveragePool", name, kernel_shape=[cell, cell], strides=[cell, cell]
            )
    return maps


@torch.no_grad()
def mean_logits(
    nets: Sequence[EmotionNet], kept: NDArray[np.uint8], *, rows: int = 128
) -> NDArray[np.float32]:
    """Return the mean of several networks' logits, n × classes."""
    parts = []
    for net in nets:
        net.eval()
    for start in range(0, len(kept), rows):
        values = torch.from_numpy(np.array(kept[start : start + rows]))
        parts.append(torch.stack([net(values) for net in nets]).mean(dim=0))
    return torch.cat(parts).numpy()


def _stem(name: str, width: int, *, fine: bool) -> nn.Sequential:
    side, channels = MAPS[name]
    if side == GRID:
        return nn.Sequential(Unit(channels, width))
    shrunk = width if fine else channels
    shrink = Unit(shrunk, shrunk, side=3, stride=2, relu=fine, depthwise=True)
    mix = Unit(channels, width)
    return nn.Sequential(mix, shrink) if fine else nn.Sequential(shrink, mix)
