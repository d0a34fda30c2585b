"""Trains `head_beauty.onnx`: what 60 raters thought on average of a frontal portrait, 0 to 100."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from dual_net import DualShape
from face_groups import PARTS
from features import FeatureStore
from head_data import HeadData, load_data
from head_files import check_against, read_head, write_head
from head_inputs import HeadInputs
from numpy.typing import NDArray
from onnx_graphs import HeadGraph
from scores import NumberScore, print_scores, save_scores, score_numbers
from torch import Tensor
from training import Plan

INPUTS = HeadInputs((("block11", 2), ("block5", 2)))
PLAN = Plan(epochs=30, rate=3e-3, decay=0.1, mixup=0.4)
SHAPE = DualShape()
# SCUT-FBP5500's files begin with Asian or Caucasian, female or male.
GROUPS = {"AF": "Asian women", "AM": "Asian men", "CF": "white women", "CM": "white men"}


def report(data: HeadData, rows: NDArray[np.intp], numbers: NDArray) -> list[NumberScore]:
    """Score all faces and each group."""
    wanted = data.labels("beauty")[rows].astype(np.float32)
    groups = np.array([data.samples[row].file[:2] for row in rows])
    scores = [score_numbers("all", numbers, wanted)]
    for key, title in GROUPS.items():
        part = groups == key
        if part.any():
            scores.append(score_numbers(title, numbers[part], wanted[part]))
    return scores


def make(store: FeatureStore, out: Path) -> None:
    """Train, write and judge."""
    data = load_data(store, ("scut",), "beauty", INPUTS)
    wanted = data.labels("beauty").astype(np.float32)
    fit, tune, test = (data.rows(part) for part in PARTS)
    middle, spread = float(wanted[fit].mean()), float(wanted[fit].std())
    scaled = torch.from_numpy((wanted - middle) / spread)

    def loss(logits: Tensor, rows: Tensor) -> Tensor:
        return (logits[..., 0] - scaled[rows]) ** 2

    trained = SHAPE.fit(
        data,
        fit,
        outputs=1,
        loss=loss,
        plan=PLAN,
        title="beauty",
    )
    graph = HeadGraph("beauty")
    logits = trained.add_to(graph)
    stretched = graph.node("Mul", logits, graph.weight(np.array(spread, dtype=np.float32)))
    moved = graph.node("Add", stretched, graph.weight(np.array(middle, dtype=np.float32)))
    bounds = [graph.weight(np.array(bound, dtype=np.float32)) for bound in (0, 100)]
    graph.output("beauty", graph.node("Clip", moved, *bounds), (1,))
    path = write_head(graph.build(), "beauty", out)
    expected = np.clip(trained.logits(data, tune[:64]) * spread + middle, 0, 100)
    check_against(path, data, tune[:64], "beauty", expected)
    scores: list[NumberScore] = []
    for part, rows in (("tune", tune), ("test", test)):
        print(f"{part}:")
        scores = report(data, rows, read_head(path, data, rows)["beauty"][:, 0])
        print_scores(scores)
    save_scores(store.work / "head_beauty.json", scores)
