"""Perceptrons side by side, whose logits are averaged."""

from __future__ import annotations

import numpy as np
import torch
from head_inputs import HeadInputs
from numpy.typing import NDArray
from onnx_graphs import HeadGraph, pack
from torch import Tensor, nn


class MemberMlps(nn.Module):
    """So many perceptrons with one hidden layer, trained at once on the same batches.

    They differ by their first weights and by what dropout hides from them. Averaging their logits
    makes them one perceptron with a wide hidden layer, which is what is exported.
    """

    mean: Tensor
    spread: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        hidden: int = 64,
        members: int = 4,
        hide: tuple[float, float] = (0.2, 0.5),
    ) -> None:
        super().__init__()
        self.members, self.hidden, self.outputs = members, hidden, outputs
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("spread", torch.ones(inputs))
        bound = (6 / inputs) ** 0.5
        self.first = nn.Parameter(torch.empty(inputs, members * hidden).uniform_(-bound, bound))
        self.first_offset = nn.Parameter(torch.zeros(members * hidden))
        bound = (3 / hidden) ** 0.5
        self.second = nn.Parameter(torch.empty(members, hidden, outputs).uniform_(-bound, bound))
        self.second_offset = nn.Parameter(torch.zeros(members, outputs))
        self.hide_inputs, self.hide_hidden = nn.Dropout(hide[0]), nn.Dropout(hide[1])

    def standardise(self, vectors: NDArray[np.float16]) -> None:
        """Take mean and spread of the inputs from n × d vectors."""
        values = vectors.astype(np.float32)
        self.mean.copy_(torch.from_numpy(values.mean(axis=0)))
        self.spread.copy_(torch.from_numpy(values.std(axis=0) + 1e-3))

    def scale(self, vectors: Tensor) -> Tensor:
        """Return standardised vectors."""
        return (vectors - self.mean) / self.spread

    def forward(self, vectors: Tensor) -> Tensor:
        """Take b × d vectors as they come, give members × b × k logits."""
        shown = self.hide_inputs(self.scale(vectors))
        inner = torch.relu(shown @ self.first + self.first_offset)
        inner = self.hide_hidden(inner).reshape(len(vectors), self.members, self.hidden)
        return torch.einsum("bmh,mhk->mbk", inner, self.second) + self.second_offset[:, None]

    @torch.no_grad()
    def pack(self) -> None:
        """Round the first layer as the exported net has it."""
        self.first.copy_(torch.from_numpy(pack(self.first.numpy(), axis=1)))

    @torch.no_grad()
    def logits(self, vectors: NDArray[np.float16], *, rows: int = 2048) -> NDArray[np.float32]:
        """Return the mean logits of n × d vectors, n × k."""
        self.eval()
        parts = [
            self(torch.from_numpy(vectors[start : start + rows].astype(np.float32))).mean(dim=0)
            for start in range(0, len(vectors), rows)
        ]
        return torch.cat(parts).numpy()

    def add_to(self, graph: HeadGraph, inputs: HeadInputs, maps: str) -> str:
        """Add everything from the backbone's outputs on; return the name of the logits."""
        vectors = inputs.add_to(graph, maps)
        slopes, moved = 1 / self.spread, -self.mean / self.spread
        scaled = graph.node("Mul", vectors, graph.weight(slopes.numpy()[None]))
        scaled = graph.node("Add", scaled, graph.weight(moved.numpy()[None]))
        first = graph.packed(self.first.detach().numpy(), axis=1)
        offset = graph.weight(self.first_offset.detach().numpy())
        inner = graph.node("Relu", graph.node("Gemm", scaled, first, offset))
        second = self.second.detach().numpy() / self.members
        wide = graph.weight(second.reshape(self.members * self.hidden, self.outputs))
        mean = graph.weight(self.second_offset.detach().numpy().mean(axis=0))
        return graph.node("Gemm", inner, wide, mean)
