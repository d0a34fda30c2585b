"""Trains a network on cached features: AdamW, one cycle of the cosine, mixup, averaged weights."""

from __future__ import annotations

import copy as copying
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from features import Progress
from numpy.typing import NDArray
from torch import Tensor, nn

# Takes members × b × k logits and the rows they are of; gives members × b losses.
Loss = Callable[[Tensor, Tensor], Tensor]
# Takes rows and the copy chosen for each; gives what the network takes.
Draw = Callable[[NDArray[np.intp], NDArray[np.intp]], Tensor]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how a network is trained. An epoch shows each face once, in one copy."""

    epochs: int = 30
    batch: int = 256
    rate: float = 1e-3
    decay: float = 0.05
    mixup: float = 0.0
    """Parameter of the beta distribution; 0 for none."""
    averaging: float = 0.995
    """Share of the averaged weights that stays at each step."""
    seed: int = 0


def train(
    network: nn.Module,
    *,
    rows: NDArray[np.intp],
    copies: int,
    draw: Draw,
    loss: Loss,
    plan: Plan,
    title: str,
) -> nn.Module:
    """Return a trained copy of a network, with averaged weights.

    The same seed, data and number of threads give the same weights.
    """
    random = np.random.default_rng(plan.seed)
    torch.manual_seed(plan.seed)
    network = copying.deepcopy(network).train()
    averaged = copying.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=plan.decay)
    steps = plan.epochs * math.ceil(len(rows) / plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=plan.rate, total_steps=steps, pct_start=0.1
    )
    progress = Progress(title, plan.epochs)
    for epoch in range(plan.epochs):
        order = random.permutation(rows)
        for start in range(0, len(order), plan.batch):
            chosen = order[start : start + plan.batch]
            batch = draw(chosen, random.integers(copies, size=len(chosen)))
            share = float(random.beta(plan.mixup, plan.mixup)) if plan.mixup else 1.0
            other = torch.from_numpy(random.permutation(len(chosen)))
            value = _mixed_loss(
                network, batch, torch.from_numpy(chosen), loss, share=share, other=other
            )
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            optimizer.step()
            schedule.step()
            average(averaged, network, plan, step=schedule.last_epoch)
        progress.show(epoch + 1)
    return averaged


def _mixed_loss(
    network: nn.Module, batch: Tensor, rows: Tensor, loss: Loss, *, share: float, other: Tensor
) -> Tensor:
    if share >= 1:
        return loss(network(batch), rows).mean(dim=1).sum()
    logits = network(share * batch + (1 - share) * batch[other])
    mixed = share * loss(logits, rows) + (1 - share) * loss(logits, rows[other])
    return mixed.mean(dim=1).sum()


@torch.no_grad()
def average(averaged: nn.Module, network: nn.Module, plan: Plan, *, step: int) -> None:
    """Move averaged weights towards a network's; those of the first steps are forgotten sooner."""
    stays = min(plan.averaging, (1 + step) / (10 + step))
    for kept, new in zip(
        averaged.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - stays)
        else:
            kept.copy_(new)
