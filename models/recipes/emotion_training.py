"""Trains one of the emotion head's networks."""

from __future__ import annotations

import copy as copying
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from emotion_features import VALUES, Bytes
from emotion_net import Blend, EmotionNet, Shape
from emotion_tiles import LABELS, Classes
from features import Progress
from numpy.typing import NDArray
from torch import Tensor
from training import Plan, average


@dataclass(frozen=True, slots=True)
class EmotionPlan:
    """A network, how it is trained, and on how many copies of each face."""

    shape: Shape
    plan: Plan
    copies: int
    smoothing: float = 0.1
    balance: float = 0.25
    """Rare classes weigh more: by their share to minus this power."""


def fit_network(
    head: EmotionPlan,
    copies: Sequence[Bytes],
    targets: NDArray[np.float32],
    rows: Classes,
    *,
    watch: Callable[[int, EmotionNet], None] | None = None,
) -> EmotionNet:
    """Return a network with averaged weights.

    `targets` holds the probabilities of the labels for each row of a copy; `rows` are those to
    learn from. `watch` sees the averaged network after each epoch.
    """
    plan = head.plan
    random = np.random.default_rng(plan.seed)
    torch.manual_seed(plan.seed)
    network = EmotionNet(head.shape, classes=len(LABELS)).to(memory_format=torch.channels_last)
    averaged = copying.deepcopy(network).eval()
    network.train()
    optimizer = torch.optim.AdamW(
        [
            {"params": [one for one in network.parameters() if one.ndim > 1]},
            {"params": [one for one in network.parameters() if one.ndim == 1], "weight_decay": 0},
        ],
        lr=plan.rate,
        weight_decay=plan.decay,
    )
    steps = plan.epochs * math.ceil(len(rows) / plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=plan.rate, total_steps=steps, pct_start=0.1
    )
    goals = torch.from_numpy(_weigh(targets, rows, head))
    progress = Progress(f"network {plan.seed}", plan.epochs)
    for epoch in range(1, plan.epochs + 1):
        order = random.permutation(rows)
        for start in range(0, len(order), plan.batch):
            chosen = order[start : start + plan.batch]
            kept = _gather(copies, chosen, random)
            share = float(random.beta(plan.mixup, plan.mixup))
            blend = Blend(share=share, other=torch.from_numpy(random.permutation(len(chosen))))
            logs = torch.log_softmax(network(kept, blend), dim=1)
            goal = goals[torch.from_numpy(chosen)]
            loss = -(logs * torch.lerp(goal[blend.other], goal, share)).sum(dim=1).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            average(averaged, network, plan, step=schedule.last_epoch)
        progress.show(epoch)
        if watch:
            watch(epoch, averaged)
    return averaged


def one_hot(emotion: Classes) -> NDArray[np.float32]:
    """Return n × labels: certain targets."""
    return np.eye(len(LABELS), dtype=np.float32)[emotion]


def _weigh(targets: NDArray[np.float32], rows: Classes, head: EmotionPlan) -> NDArray[np.float32]:
    """Smooth the targets, and weigh each face by how rare its label is."""
    weights = targets[rows].mean(axis=0) ** -head.balance
    face_weights = targets @ weights
    face_weights /= face_weights[rows].mean()
    smooth = (1 - head.smoothing) * targets + head.smoothing / len(LABELS)
    return np.asarray(smooth * face_weights[:, None], dtype=np.float32)


def _gather(copies: Sequence[Bytes], rows: Classes, random: np.random.Generator) -> Tensor:
    """Take one copy of each face, chosen at random."""
    kept = np.empty((len(rows), VALUES), dtype=np.uint8)
    for place, (row, number) in enumerate(
        zip(rows, random.integers(len(copies), size=len(rows)), strict=True)
    ):
        kept[place] = copies[number][row]
    return torch.from_numpy(kept)
