"""Trains `head_age.onnx`: a distribution over the ages 0 to 100, its mean, groups and bands.

Soft labels about the labelled age, whose width grows with it, and the mean's distance to it. Rare
ages weigh more, so that old people are not read as younger.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from calibration import fit_temperature
from dual_net import DualShape, TrainedNet
from face_groups import PARTS
from features import FeatureStore
from head_data import HeadData, balanced_weights, load_data
from head_files import check_against, read_head, write_head
from head_inputs import HeadInputs
from numpy.typing import NDArray
from onnx_graphs import HeadGraph
from scipy.special import softmax
from scores import NumberScore, print_scores, save_scores, score_classes, score_numbers
from torch import Tensor
from training import Loss, Plan

OLDEST = 100
AGES = np.arange(OLDEST + 1)
# Group → first age. The manifest's age_group.
GROUPS = {"child": 0, "teen": 13, "young_adult": 20, "adult": 35, "senior": 55}
BAND_YEARS = 5
INPUTS = HeadInputs((("block11", 2), ("block5", 2)))
PLAN = Plan(epochs=25, rate=3e-3, decay=0.1)
SHAPE = DualShape()
RARITY = 0.4


def group_of(ages: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return the number of each age's group."""
    return np.searchsorted(list(GROUPS.values()), ages, side="right") - 1


def group_table() -> NDArray[np.float32]:
    """Return 101 × 5: which age is in which group."""
    return np.eye(len(GROUPS), dtype=np.float32)[group_of(AGES)]


def band_table() -> NDArray[np.float32]:
    """Return 101 × 21: which age is in which band of five years, the last from 100 up."""
    return np.eye(OLDEST // BAND_YEARS + 1, dtype=np.float32)[AGES // BAND_YEARS]


def make_loss(ages: NDArray[np.float32], weights: NDArray[np.float32]) -> Loss:
    """Return cross entropy with soft labels, plus the mean's absolute error."""
    bins = torch.arange(OLDEST + 1, dtype=torch.float32)
    all_ages, all_weights = torch.from_numpy(ages), torch.from_numpy(weights)

    def loss(logits: Tensor, rows: Tensor) -> Tensor:
        wanted = all_ages[rows]
        width = 1 + 0.04 * wanted
        soft = torch.softmax(-0.5 * ((bins - wanted[:, None]) / width[:, None]) ** 2, dim=1)
        logs = torch.log_softmax(logits, dim=2)
        means = (logs.exp() * bins).sum(dim=2)
        errors = (means - wanted).abs() / width
        return (-(soft * logs).sum(dim=2) + errors) * all_weights[rows]

    return loss


def build(network: TrainedNet, temperature: float) -> HeadGraph:
    """Return the net: the mean is of the sharp distribution, the rest is calibrated."""
    graph = HeadGraph("age")
    logits = network.add_to(graph)
    sharp = graph.node("Softmax", logits, axis=1)
    years = graph.weight(AGES.astype(np.float32)[:, None])
    graph.output("age", graph.node("MatMul", sharp, years), (1,))
    cooled = graph.node("Div", logits, graph.weight(np.array(temperature, dtype=np.float32)))
    chances = graph.node("Softmax", cooled, axis=1)
    for name, table in (("age_group", group_table()), ("age_distribution", band_table())):
        sums = graph.node("MatMul", chances, graph.weight(table))
        graph.output(name, sums, table.shape[1:])
    return graph


def report(data: HeadData, path: Path, rows: NDArray[np.intp]) -> list[object]:
    """Score the written file."""
    ages = data.labels("age")[rows].astype(np.float32)
    outputs = read_head(path, data, rows)
    means = outputs["age"][:, 0]
    numbers: list[NumberScore] = [score_numbers("all", means, ages)]
    spans = [("from 18", 18, 200), ("under 18", 0, 17)]
    spans += [(f"{first}–{first + 9}", first, first + 9) for first in range(0, 90, 10)]
    for title, first, last in [*spans, ("from 90", 90, 200)]:
        part = (ages >= first) & (ages <= last)
        if part.any():
            numbers.append(score_numbers(title, means[part], ages[part]))
    groups = score_classes("age_group", outputs["age_group"], group_of(ages), list(GROUPS))
    return [*numbers, groups]


def make(store: FeatureStore, out: Path) -> None:
    """Train, calibrate, write and judge."""
    data = load_data(store, ("utk",), "age", INPUTS)
    ages = np.minimum(data.labels("age").astype(np.float32), OLDEST)
    fit, tune, test = (data.rows(part) for part in PARTS)
    weights = balanced_weights((ages // 5).astype(np.intp), fit, power=RARITY)
    trained = SHAPE.fit(
        data,
        fit,
        outputs=OLDEST + 1,
        loss=make_loss(ages, weights),
        plan=PLAN,
        title="age",
    )
    logits = trained.logits(data, tune)
    groups = group_of(ages[tune])

    def group_loss(temperature: float) -> float:
        chances = softmax(logits / temperature, axis=1) @ group_table()
        return float(-np.log(chances[np.arange(len(groups)), groups] + 1e-9).mean())

    temperature = fit_temperature(group_loss)
    print(f"temperature {temperature:.2f}")
    path = write_head(build(trained, temperature).build(), "age", out)
    means = softmax(logits[:64], axis=1) @ AGES.astype(np.float32)[:, None]
    check_against(path, data, tune[:64], "age", means)
    for part, rows in (("tune", tune), ("test", test)):
        print(f"{part}:")
        scores = report(data, path, rows)
        print_scores(scores)
    save_scores(store.work / "head_age.json", scores)
