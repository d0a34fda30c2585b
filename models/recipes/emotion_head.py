"""Trains `head_emotion.onnx`: seven words for what a face shows, from FER2013.

The backbone's maps are kept, 5.4 GB for each copy of the faces. Networks on them learn from
altered copies, their mean is tempered on the tuning part, and the file written is judged on the
validation part, which nothing else has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
from calibration import best_temperature
from emotion_features import MAPS, SIDES, STEP, Bytes, MapStore
from emotion_net import EmotionNet, Shape, add_maps, mean_logits
from emotion_tiles import LABELS, Tiles, read_tiles
from emotion_training import EmotionPlan, fit_network, one_hot
from features import FeatureStore
from head_files import write_head
from onnx_graphs import HeadGraph
from scipy.special import softmax
from scores import print_scores, save_scores, score_classes
from training import Plan

from analysis.pipeline.types import Floats

PLAN = Plan(epochs=12, batch=128, rate=2e-3, decay=0.05, mixup=0.3, averaging=0.998)
COPIES = 3
HEADS = (
    EmotionPlan(Shape(), replace(PLAN, epochs=10), copies=2),
    EmotionPlan(
        Shape((("block5", 96), ("block11", 192), ("block13", 64)), fine=True),
        replace(PLAN, seed=1),
        copies=COPIES,
    ),
)
_ROWS = 128


def build_graph(networks: Sequence[EmotionNet], temperature: float) -> HeadGraph:
    """Return the net: maps of the backbone in, the probabilities of the mean logits out."""
    graph = HeadGraph("emotion")
    maps = add_maps(graph)
    logits = [network.add_to(graph, maps) for network in networks]
    total = graph.node("Sum", *logits)
    share = np.array(1 / (temperature * len(networks)), dtype=np.float32)
    cooled = graph.node("Mul", total, graph.weight(share))
    graph.output("probabilities", graph.node("Softmax", cooled, axis=1), (len(LABELS),))
    return graph


def read_file(path: Path, kept: Bytes) -> Floats:
    """Return the probabilities that the written file gives for kept maps."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    parts = []
    for start in range(0, len(kept), _ROWS):
        rows, feeds, end = kept[start : start + _ROWS], {}, 0
        for name, (side, channels) in MAPS.items():
            begin, end = end, end + side * side * channels
            values = rows[:, begin:end].reshape(-1, side, side, channels).transpose(0, 3, 1, 2)
            # Places that were averaged become equal ones, so that the file sees what was kept.
            cell = SIDES[name] // side
            full = values.repeat(cell, axis=2).repeat(cell, axis=3)
            feeds[name] = full.astype(np.float32) * np.float32(STEP)
        parts.append(session.run(["probabilities"], feeds)[0])
    return np.concatenate(parts)


def report(path: Path, store: MapStore, tiles: Tiles, work: Path) -> None:
    """Print what the written file makes of the tuning and of the validation part."""
    scores = []
    print("| part | n | accuracy | macro recall | ECE | recall (n) |\n|---|---|---|---|---|---|")
    for part in ("tuning", "validation"):
        mine = tiles.part == part
        found = np.array([face is not None for face in store.faces()])[mine]
        targets = tiles.emotion[mine]
        cut, whole = (read_file(path, store.plain(part, whole=one)) for one in (False, True))
        both = np.where(found[:, None], cut, whole)
        for title, chances, rows in (
            ("found and cut", cut, found),
            ("found, or else whole", both, found | ~found),
            ("whole", whole, found | ~found),
        ):
            scores.append(score_classes(f"{part}, {title}", chances[rows], targets[rows], LABELS))
    print_scores(scores)
    save_scores(work / "head_emotion.json", scores)


def make(faces: FeatureStore, out: Path) -> None:
    """Read maps, train, temper, write the net, and report."""
    tiles = read_tiles(faces.folder)
    store = MapStore(faces.work, tiles)
    copies = [store.altered(number) for number in range(COPIES)]
    known = np.flatnonzero(tiles.part != "validation")
    rows = np.flatnonzero(tiles.part[known] == "train")
    networks = []
    for head in HEADS:
        networks.append(
            fit_network(head, copies[: head.copies], one_hot(tiles.emotion[known]), rows)
        )
        networks[-1].fold()
    kept = store.plain("tuning")
    targets = tiles.emotion[tiles.part == "tuning"]
    logits = mean_logits(networks, kept)
    temperature = best_temperature(logits, targets)
    print(f"temperature {temperature:.3f}")
    path = write_head(build_graph(networks, temperature).build(), "emotion", out)
    expected = softmax(logits / temperature, axis=1)
    difference = float(np.abs(read_file(path, kept[:256]) - expected[:256]).max())
    print(f"{path.name} differs from torch by at most {difference:.1e}")
    if difference > 1e-3:
        raise SystemExit(f"{path.name} is not the net that was trained")
    report(path, store, tiles, faces.work)
