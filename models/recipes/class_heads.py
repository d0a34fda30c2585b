"""Trains heads of classes: one softmax over a reading's labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from calibration import fit_temperature
from dual_net import DualShape
from face_groups import PARTS
from features import FeatureStore
from head_data import HeadData, load_data
from head_files import check_against, read_head, write_head
from head_inputs import HeadInputs
from numpy.typing import NDArray
from onnx_graphs import HeadGraph
from scipy.special import log_softmax, logsumexp, softmax
from scores import ClassScore, print_scores, save_scores, score_classes
from torch import Tensor
from training import Loss, Plan

from analysis.pipeline.types import Floats

_SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class ClassHead:
    """What is trained, and how."""

    name: str
    """Of the reading, too."""
    classes: tuple[str, ...]
    archives: tuple[str, ...]
    inputs: HeadInputs
    plan: Plan
    shape: DualShape = field(default_factory=DualShape)
    smoothing: float = 0.0


# Takes all faces, the allowed classes of each, and the rows to train on; gives a weight for each.
Weigh = Callable[[HeadData, NDArray[np.bool_], NDArray[np.intp]], NDArray[np.float32]]
# Takes all faces, rows and their probabilities; gives the scores of parts of them.
Judge = Callable[[HeadData, NDArray[np.intp], Floats], Sequence[ClassScore]]


def allowed_classes(labels: NDArray[np.str_], classes: Sequence[str]) -> NDArray[np.bool_]:
    """Return n × k: the classes that a label allows; none for the empty label."""
    return np.array(
        [[one in str(label).split("|") for one in classes] for label in labels], dtype=bool
    ).reshape(len(labels), len(classes))


def make_loss(
    allowed: NDArray[np.bool_], weights: NDArray[np.float32], *, smoothing: float
) -> Loss:
    """Return the negative log of the probability of what a label allows."""
    blocked = torch.from_numpy(np.where(allowed, 0.0, -1e9).astype(np.float32))
    all_weights = torch.from_numpy(weights)

    def loss(logits: Tensor, rows: Tensor) -> Tensor:
        logs = torch.log_softmax(logits, dim=2)
        right = -torch.logsumexp(logs + blocked[rows], dim=2)
        return ((1 - smoothing) * right - smoothing * logs.mean(dim=2)) * all_weights[rows]

    return loss


def judge_by_archive(reading: str, classes: Sequence[str]) -> Judge:
    """Return what scores all faces, then each set."""

    def judge(data: HeadData, rows: NDArray[np.intp], chances: Floats) -> list[ClassScore]:
        numbers = allowed_classes(data.labels(reading)[rows], classes).argmax(axis=1)
        scores = [score_classes("all", chances, numbers, classes)]
        for archive in np.unique(data.archive[rows]):
            part = data.archive[rows] == archive
            scores.append(score_classes(str(archive), chances[part], numbers[part], classes))
        return scores

    return judge


def make_class_head(
    head: ClassHead, store: FeatureStore, out: Path, *, weigh: Weigh, judge: Judge
) -> None:
    """Train, calibrate on tune, write, and judge the written file on test."""
    data = load_data(store, head.archives, head.name, head.inputs)
    allowed = allowed_classes(data.labels(head.name), head.classes)
    fit, tune, test = (data.rows(part) for part in PARTS)
    weights = weigh(data, allowed, fit)
    trained = head.shape.fit(
        data,
        fit,
        outputs=len(head.classes),
        loss=make_loss(allowed, weights, smoothing=head.smoothing),
        plan=head.plan,
        title=head.name,
    )
    logits = trained.logits(data, tune)
    blocked = np.where(allowed[tune], 0.0, -np.inf)

    def tune_loss(temperature: float) -> float:
        logs = log_softmax(logits / temperature, axis=1)
        return float(-logsumexp(logs + blocked, axis=1).mean())

    temperature = fit_temperature(tune_loss)
    print(f"temperature {temperature:.2f}")
    graph = HeadGraph(head.name)
    warm = trained.add_to(graph)
    cooled = graph.node("Div", warm, graph.weight(np.array(temperature, dtype=np.float32)))
    chances = graph.node("Softmax", cooled, axis=1)
    graph.output("probabilities", chances, (len(head.classes),))
    path = write_head(graph.build(), head.name, out)
    check_against(
        path, data, tune[:64], "probabilities", softmax(logits[:64] / temperature, axis=1)
    )
    scores: Sequence[ClassScore] = ()
    for part, rows in (("tune", tune), ("test", test)):
        print(f"{part}:")
        scores = judge(data, rows, read_head(path, data, rows)["probabilities"])
        print_scores(scores)
    save_scores(store.work / f"head_{head.name}.json", scores)
