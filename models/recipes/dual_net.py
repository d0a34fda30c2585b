"""What attributes are read with: perceptrons on pooled features, small spatial nets on the maps.

All of them are trained at once on the same batches, and their logits are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from head_data import HeadData
from head_inputs import HeadInputs, add_maps
from networks import MemberMlps
from numpy.typing import NDArray
from onnx_graphs import HeadGraph
from spatial_net import FoldedNet, Reduction, SpatialNet
from torch import Tensor, nn
from training import Loss, Plan, train

from analysis.pipeline.types import Floats

_PLACES = 49
COMPONENTS = {"block5": 64, "block11": 96, "block13": 96}


@dataclass(frozen=True, slots=True)
class DualShape:
    """How many nets of each kind, and how wide."""

    members: int = 4
    hidden: int = 64
    hide: tuple[float, float] = (0.2, 0.5)
    spatial_members: int = 4
    picked: int = 40
    spatial_hidden: int = 40
    spatial_hide: tuple[float, float, float] = (0.1, 0.2, 0.4)

    def fit(
        self,
        data: HeadData,
        rows: NDArray[np.intp],
        *,
        outputs: int,
        loss: Loss,
        plan: Plan,
        title: str,
    ) -> TrainedNet:
        """Train on some faces. The reduction of the maps is fitted on them, too."""
        reduction = Reduction.fit(data.maps(rows[:: max(len(rows) // 1000, 1)]), COMPONENTS)
        values = torch.from_numpy(data.reduced(reduction))
        vectors = torch.from_numpy(data.vectors)
        torch.manual_seed(plan.seed)
        network = DualNet(vectors.shape[2], values.shape[3], outputs, self)
        network.flat.standardise(data.vectors[0][rows])

        def draw(chosen: NDArray[np.intp], copies: NDArray[np.intp]) -> Tensor:
            places = values[copies, chosen].reshape(len(chosen), -1)
            return torch.cat([vectors[copies, chosen], places], dim=1).float()

        trained = train(
            network, rows=rows, copies=data.copies, draw=draw, loss=loss, plan=plan, title=title
        )
        trained.flat.pack()
        return TrainedNet(
            flat=trained.flat,
            spatial=FoldedNet.of([trained.spatial], reduction),
            inputs=data.inputs,
            share=self.members / (self.members + self.spatial_members),
        )


class DualNet(nn.Module):
    """Takes b × (d + 49 · c): vectors, then reduced maps; gives members × b × k logits."""

    def __init__(self, vectors: int, components: int, outputs: int, shape: DualShape) -> None:
        super().__init__()
        self.vectors, self.components = vectors, components
        self.flat = MemberMlps(
            vectors, outputs, hidden=shape.hidden, members=shape.members, hide=shape.hide
        )
        self.spatial = SpatialNet(
            components,
            outputs,
            picked=shape.picked,
            hidden=shape.spatial_hidden,
            members=shape.spatial_members,
            hide=shape.spatial_hide,
        )

    def forward(self, batch: Tensor) -> Tensor:
        places = batch[:, self.vectors :].reshape(len(batch), _PLACES, self.components)
        return torch.cat([self.flat(batch[:, : self.vectors]), self.spatial(places)])


@dataclass(frozen=True, slots=True, eq=False)
class TrainedNet:
    """A net as it is exported: its weights are packed already."""

    flat: MemberMlps
    spatial: FoldedNet
    inputs: HeadInputs
    share: float
    """Of the perceptrons in the mean."""

    def logits(self, data: HeadData, rows: NDArray[np.intp]) -> Floats:
        """Return n × k logits of the plain copy of some faces."""
        flat = self.flat.logits(data.vectors[0][rows])
        spatial = self.spatial.logits(data.maps(rows))
        return np.asarray(self.share * flat + (1 - self.share) * spatial, dtype=np.float32)

    def add_to(self, graph: HeadGraph) -> str:
        """Add everything from the backbone's outputs on; return the name of the logits."""
        maps = add_maps(graph)
        flat = self.flat.add_to(graph, self.inputs, maps)
        spatial = self.spatial.add_to(graph, maps)
        shares = [graph.weight(np.float32(part)) for part in (self.share, 1 - self.share)]
        return graph.node(
            "Add", graph.node("Mul", flat, shares[0]), graph.node("Mul", spatial, shares[1])
        )
