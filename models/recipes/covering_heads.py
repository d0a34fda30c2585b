"""Trains the heads for what covers a face: mask, glasses, hat."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from calibration import best_temperature
from class_heads import make_loss
from covering_sets import CoveringItems, Item, load_items
from features import STEP, FeatureStore
from head_files import write_head
from numpy.typing import NDArray
from scipy.special import softmax
from scipy.stats import rankdata
from scores import ClassScore, print_scores, save_scores, score_classes
from spatial_net import FoldedNet, Reduction, SpatialNet
from training import Plan, train

from analysis.pipeline.types import Floats

Rows = NDArray[np.intp]
_FOLDS = 5
# Fewer than attributes of the whole face take: there are more faces here, and three heads.
_COMPONENTS = {"block5": 48, "block11": 72, "block13": 72}
_PICKED = 24
_CHECKED = 48
_ROWS = 512


@dataclass(frozen=True, slots=True)
class CoveringHead:
    """What is trained, and how."""

    name: str
    """Of the reading, too."""
    classes: tuple[str, ...]
    plan: Plan = field(default_factory=lambda: Plan(epochs=8, batch=128, rate=3e-3, decay=0.05))
    seeds: int = 2
    hide: tuple[float, float, float] = (0.1, 0.2, 0.4)
    """Shares that dropout hides of the inputs, the picked values and the hidden layer."""
    smoothing: float = 0.01
    rarity: float = 0.5
    """Power of the rarity of a class in its source that weighs it."""


@dataclass(frozen=True, slots=True, eq=False)
class CoveringData:
    """What a head is trained on: items, their reduced maps, the number and the weight of each."""

    items: Sequence[Item]
    all_items: CoveringItems
    rows: Rows
    """Of the items among all."""
    values: torch.Tensor
    reduction: Reduction
    targets: Rows
    source: NDArray[np.str_]
    group: NDArray[np.str_]
    part: NDArray[np.str_]

    @classmethod
    def load(cls, head: CoveringHead, store: FeatureStore) -> CoveringData:
        """Read everything; the reduction is fitted on train, and the same for all heads."""
        items, reduction, values = load_reduced(store)
        labels = items.labels(head.name)
        known = np.flatnonzero(labels != "")
        chosen = [items.items[row] for row in known]
        return cls(
            items=chosen,
            all_items=items,
            rows=known,
            values=torch.from_numpy(values[known]),
            reduction=reduction,
            targets=np.array([head.classes.index(one) for one in labels[known]]),
            source=np.array([item.source for item in chosen]),
            group=np.array([item.group for item in chosen]),
            part=np.array([item.part for item in chosen]),
        )

    @property
    def plain(self) -> NDArray[np.bool_]:
        """Tell which items are faces as they are, not moved, with nothing drawn on."""
        return np.array(
            [item.copy == 0 and "drawn" not in item.source for item in self.items], dtype=bool
        )

    def logits(self, net: FoldedNet, rows: Rows) -> Floats:
        """Return n × k logits of a net."""
        steps = range(0, len(rows), _ROWS)
        return np.concatenate([net.logits(self.maps(rows[one : one + _ROWS])) for one in steps])

    def maps(self, rows: Rows) -> NDArray[np.uint8]:
        """Return the maps of some items."""
        return self.all_items.maps(self.rows[rows])

    def weights(self, rows: Rows, power: float) -> NDArray[np.float32]:
        """Weigh items so that rare classes of rare sources are heard, mean 1 over `rows`."""
        kinds = np.char.add(self.source, self.targets.astype(str))
        _, numbers = np.unique(kinds, return_inverse=True)
        counts = np.bincount(numbers[rows], minlength=numbers.max() + 1)
        weights = np.maximum(counts, 1.0)[numbers] ** -power
        return np.asarray(weights / weights[rows].mean(), dtype=np.float32)


def load_reduced(
    store: FeatureStore,
) -> tuple[CoveringItems, Reduction, NDArray[np.float16]]:
    """Return all items, the reduction and the reduced maps, which are kept in a file."""
    items, path = load_items(store), store.work / "covering_values.npz"
    key = items.digest()
    if path.exists():
        with np.load(path) as stored:
            if str(stored["key"]) == key:
                return items, Reduction(stored["basis"], stored["offset"]), stored["values"]
    train_rows = np.flatnonzero(np.array([item.part for item in items.items]) == "train")
    chosen = train_rows[:: max(len(train_rows) // 1000, 1)]
    reduction = Reduction.fit(items.maps(chosen), _COMPONENTS)
    values = np.concatenate([reduction.reduce(block) for block in items.blocks])
    np.savez(path, key=key, basis=reduction.basis, offset=reduction.offset, values=values)
    return items, reduction, values


def fit(head: CoveringHead, data: CoveringData, rows: Rows, *, title: str) -> FoldedNet:
    """Train on some items."""
    allowed = np.eye(len(head.classes), dtype=bool)[data.targets]
    loss = make_loss(allowed, data.weights(rows, head.rarity), smoothing=head.smoothing)
    networks = []
    for seed in range(head.seeds):
        torch.manual_seed(seed)
        network = SpatialNet(
            data.values.shape[2], len(head.classes), picked=_PICKED, hide=head.hide
        )
        trained = train(
            network,
            rows=rows,
            copies=1,
            draw=lambda chosen, _: data.values[torch.from_numpy(chosen)].float(),
            loss=loss,
            plan=replace(head.plan, seed=seed),
            title=f"{title}, seed {seed}",
        )
        networks.append(trained)
    return FoldedNet.of(networks, data.reduction)


def judge(
    head: CoveringHead, data: CoveringData, rows: Rows, chances: Floats
) -> Sequence[ClassScore]:
    """Score all plain items, then each source; print the area under the curve of two classes."""
    plain, targets = data.plain[rows], data.targets[rows]
    parts = {"all as they are": plain}
    for source in np.unique(data.source[rows]):
        here = data.source[rows] == source
        parts[str(source)] = here & plain if "drawn" not in source else here
    if len(head.classes) == 2:
        for title, part in parts.items():
            print(f"{title}: AUC {area_under_curve(chances[part, 1], targets[part] == 1):.4f}")
    return [
        score_classes(title, chances[part], targets[part], head.classes)
        for title, part in parts.items()
        if part.any()
    ]


def area_under_curve(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Return how often a positive has the higher score of a pair; ties count by half."""
    ranks = rankdata(scores)[positive]
    count, others = len(ranks), len(scores) - len(ranks)
    if not count or not others:
        return float("nan")
    return float((ranks.sum() - count * (count + 1) / 2) / (count * others))


def out_of_fold(head: CoveringHead, data: CoveringData, rows: Rows) -> Floats:
    """Return the logits of items, each by a net that saw nothing of their group."""
    folds = np.array([_fold(group) for group in data.group[rows]])
    logits = np.zeros((len(rows), len(head.classes)), dtype=np.float32)
    for fold in range(_FOLDS):
        left, seen = folds == fold, rows[folds != fold]
        net = fit(head, data, seen, title=f"{head.name}, fold {fold}")
        logits[left] = data.logits(net, rows[left])
    return logits


def make_covering_head(head: CoveringHead, store: FeatureStore, out: Path) -> None:
    """Train, calibrate on tune, write, and judge the written file on test."""
    data = CoveringData.load(head, store)
    fit_rows, tune, test = (np.flatnonzero(data.part == part) for part in ("train", "tune", "test"))
    net = fit(head, data, fit_rows, title=head.name)
    known = tune[data.plain[tune]]
    temperature = best_temperature(data.logits(net, known), data.targets[known])
    print(f"temperature {temperature:.2f}")
    graph = net.export(head.name, slope=1 / temperature, offsets=np.float32(0))
    path = write_head(graph.build(), head.name, out)
    _check(path, net, data.maps(tune[:_CHECKED]), temperature)
    scores: Sequence[ClassScore] = ()
    for part, rows in (("tune", tune), ("test", test)):
        print(f"{part}:")
        logits = data.logits(net, rows)
        scores = judge(head, data, rows, softmax(logits / temperature, axis=1))
        print_scores(scores)
    save_scores(store.work / f"head_{head.name}.json", scores)


def _check(path: Path, net: FoldedNet, maps: NDArray[np.uint8], temperature: float) -> None:
    """Raise SystemExit unless the file gives what was judged."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    feeds = {"maps": maps.astype(np.float32) * np.float32(STEP)}
    found = session.run(["probabilities"], feeds)[0]
    expected = softmax(net.logits(maps) / temperature, axis=1)
    difference = float(np.abs(found - expected).max())
    print(f"{path.name}: differs from what was trained by at most {difference:.1e}")
    if difference > 1e-3:
        raise SystemExit(f"{path.name} is not the net that was trained")


def _fold(group: str) -> int:
    return hashlib.sha256(f"fold {group}".encode()).digest()[0] % _FOLDS
