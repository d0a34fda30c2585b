"""Makes `models/head_emotion.onnx` from FER2013's faces, and reports how well it reads them.

    python models/recipes/train_emotion.py FOLDER --work DIR [--out models]

FOLDER holds `fer.csv` and `fer.zip`; DIR keeps the backbone's maps (5.4 GB for each copy of the
faces). Networks on the frozen backbone's maps learn from altered copies of the faces, their mean
is tempered on the tuning part, and the file written is judged on the validation part, which
nothing else has seen.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from calibration import fit_temperature
from emotion_features import MAPS, SIDES, STEP, Bytes, FeatureStore
from emotion_net import EmotionNet, Shape, add_maps, mean_logits
from emotion_tiles import LABELS, Classes, Tiles, read_tiles
from emotion_training import Plan, fit_network, one_hot
from head_files import write_head
from onnx_graphs import HeadGraph
from scipy.special import log_softmax, softmax
from scores import print_scores, save_scores, score_classes

from analysis.manifest import MODELS_DIR
from analysis.pipeline.types import Floats

COPIES = 3
PLANS = (
    Plan(Shape(), seed=0, copies=2, epochs=10),
    Plan(
        Shape((("block5", 96), ("block11", 192), ("block13", 64)), fine=True),
        seed=1,
        copies=3,
        epochs=12,
    ),
)
_ROWS = 128


def choose_temperature(logits: Floats, targets: Classes) -> float:
    """Return the temperature at which the right labels are likeliest."""

    def loss(temperature: float) -> float:
        logs = log_softmax(logits / temperature, axis=1)
        return float(-logs[np.arange(len(targets)), targets].mean())

    return fit_temperature(loss)


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


def report(path: Path, store: FeatureStore, tiles: Tiles, work: Path) -> None:
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


def make_emotion_head(folder: Path, *, work: Path, out: Path) -> None:
    """Read features, train, temper, write the net, and report."""
    tiles = read_tiles(folder)
    store = FeatureStore(work, tiles)
    copies = [store.altered(number) for number in range(COPIES)]
    known = np.flatnonzero(tiles.part != "validation")
    rows = np.flatnonzero(tiles.part[known] == "train")
    networks = []
    for plan in PLANS:
        networks.append(
            fit_network(plan, copies[: plan.copies], one_hot(tiles.emotion[known]), rows)
        )
        networks[-1].fold()
    kept = store.plain("tuning")
    targets = tiles.emotion[tiles.part == "tuning"]
    logits = mean_logits(networks, kept)
    temperature = choose_temperature(logits, targets)
    print(f"temperature {temperature:.3f}")
    path = write_head(build_graph(networks, temperature).build(), "emotion", out)
    expected = softmax(logits / temperature, axis=1)
    difference = float(np.abs(read_file(path, kept[:256]) - expected[:256]).max())
    print(f"{path.name} differs from torch by at most {difference:.1e}")
    if difference > 1e-3:
        raise SystemExit(f"{path.name} is not the net that was trained")
    report(path, store, tiles, work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds fer.csv and fer.zip")
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, default=MODELS_DIR, help="where the net is written")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    # Other numbers of threads round differently.
    torch.use_deterministic_algorithms(mode=True)
    begun = time.monotonic()
    make_emotion_head(options.folder, work=options.work, out=options.out)
    print(f"emotion: {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
