"""Trains heads of classes: one softmax over a reading's labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from calibration import fit_temperature
from dual_net import Shape, TrainedNet, fit_net
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
    copies: int = 2
    shape: Shape = field(default_factory=Shape)
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
    """Train, calibrate on tune, train again with tune, write, and judge the file on test."""
    data = load_data(store, head.archives, head.name, head.inputs, copies=head.copies)
    allowed = allowed_classes(data.labels(head.name), head.classes)
    fit, tune, test = (data.rows(part) for part in PARTS)

    def fit_on(rows: NDArray[np.intp]) -> TrainedNet:
        weights = weigh(data, allowed, rows)
        return fit_net(
            data,
            rows,
            outputs=len(head.classes),
            loss=make_loss(allowed, weights, smoothing=head.smoothing),
            plan=head.plan,
            shape=head.shape,
            title=head.name,
        )

    unseen = fit_on(fit).logits(data, tune)
    blocked = np.where(allowed[tune], 0.0, -np.inf)

    def tune_loss(temperature: float) -> float:
        logs = log_softmax(unseen / temperature, axis=1)
        return float(-logsumexp(logs + blocked, axis=1).mean())

    temperature = fit_temperature(tune_loss)
    print(f"temperature {temperature:.2f}")
    judged = softmax(unseen / temperature, axis=1).astype(np.float32)
    print("tune, by the net that has not seen it:")
    print_scores(judge(data, tune, judged))
    # With what is to be chosen chosen, the faces that it was chosen by teach, too.
    trained = fit_on(np.concatenate([fit, tune]))
    logits = trained.logits(data, test[:64])
    graph = HeadGraph(head.name)
    warm = trained.add_to(graph)
    cooled = graph.node("Div", warm, graph.weight(np.array(temperature, dtype=np.float32)))
    chances = graph.node("Softmax", cooled, axis=1)
    graph.output("probabilities", chances, (len(head.classes),))
    path = write_head(graph.build(), head.name, out)
    check_against(path, data, test[:64], "probabilities", softmax(logits / temperature, axis=1))
    print("test:")
    scores = judge(data, test, read_head(path, data, test)["probabilities"])
    print_scores(scores)
    save_scores(store.work / f"head_{head.name}.json", scores)
