"""The faces that mask, glasses and hat are learnt from: as they are, and with things drawn on."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from face_groups import name_groups, part_of
from features import GRID, MAPS, FaceFeatures, FeatureStore
from labelled_faces import Sample, read_samples
from numpy.typing import NDArray
from scenes import ScenePainter, plan_scene

# The photos among the masks are few and what the others are judged by.
_PHOTO_COPIES = 4
# Copies with things drawn on, and one of so many faces of which they are made.
_DRAWN = {"lfw_attributes": 2, "lfw_regions": 2, "sunglasses": 1, "masks": 1, "utk": 1, "scut": 1}
_EVERY = {"masks": 2, "utk": 2, "scut": 8}
# Copies of labelled faces as they are.
_PLAIN = {"lfw_attributes": 3, "utk": 2, "lfw_regions": 2, "sunglasses": 2, "masks": 1}
# Hats among `lfw_regions`, by eye; an empty one is unsure, and who is not listed has none.
_HATS_FILE = Path(__file__).parent / "hats.csv"
# Bump when drawing changes.
_DRAWING = 1


def load_photos(store: FeatureStore) -> FaceFeatures:
    """Return the photos among the masks."""
    samples = [one for one in read_samples(store.folder, "masks") if one.kind == "photo"]
    return store.load("masks", copies=_PHOTO_COPIES, samples=samples, name="masks_photos")


def load_drawn(store: FeatureStore, archive: str, *, copies: int | None = None) -> FaceFeatures:
    """Return faces of a set with scenes drawn on them."""
    samples = [one for one in read_samples(store.folder, archive) if _can_draw(one)]
    return store.load(
        archive,
        copies=copies or _DRAWN[archive],
        samples=samples[:: _EVERY.get(archive, 1)],
        name=f"{archive}_drawn{_DRAWING}",
        alter=ScenePainter(threads=store.threads),
    )


@dataclass(frozen=True, slots=True)
class Item:
    """One copy of a face, and what is known of it."""

    sample: Sample
    copy: int
    labels: Mapping[str, str]
    source: str
    """The set, its kind, and whether anything is drawn on."""
    group: str
    """Equal for what must not be parted."""

    @property
    def part(self) -> str:
        return part_of(self.group)


@dataclass(frozen=True, slots=True, eq=False)
class CoveringItems:
    """n copies of faces, and their maps."""

    items: Sequence[Item]
    blocks: Sequence[NDArray[np.uint8]]
    """The maps, block by block: together n × 1,792 × 7 × 7."""

    def maps(self, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Return the maps of some items."""
        starts = np.cumsum([0, *(len(block) for block in self.blocks)])
        found = np.empty((len(rows), *self.blocks[0].shape[1:]), dtype=np.uint8)
        for block, start in zip(self.blocks, starts, strict=False):
            here = (rows >= start) & (rows < start + len(block))
            found[here] = block[rows[here] - start]
        return found

    def digest(self) -> str:
        """Return what differs when other copies or other maps are here."""
        state = hashlib.sha256()
        for block in self.blocks:
            state.update(np.ascontiguousarray(block[:, ::97]).tobytes())
        names = [(item.source, item.sample.file, item.copy) for item in self.items]
        state.update(repr(names).encode())
        return state.hexdigest()

    def labels(self, reading: str) -> NDArray[np.str_]:
        """Return each item's label, empty where it has none."""
        return np.array([item.labels.get(reading, "") for item in self.items])


def load_items(store: FeatureStore) -> CoveringItems:
    """Return all copies of all faces."""
    items: list[Item] = []
    blocks: list[NDArray[np.uint8]] = []
    for archive in dict.fromkeys([*_PLAIN, *_DRAWN]):
        groups = _groups(store, archive)
        if archive in _PLAIN:
            plain = store.load(archive, copies=_PLAIN[archive])
            _collect(plain, groups, items, blocks, drawn=False)
        if archive in _DRAWN:
            drawn = load_drawn(store, archive)
            _collect(drawn, groups, items, blocks, drawn=True)
        if archive == "masks":
            _collect(load_photos(store), groups, items, blocks, drawn=False, first=1)
    return CoveringItems(items=items, blocks=blocks)


def _groups(store: FeatureStore, archive: str) -> dict[str, str]:
    """Return the group of each file of a set."""
    faces = store.load(archive, copies=1)
    names = name_groups(faces)
    return {sample.file: name for sample, name in zip(faces.samples, names, strict=True)}


def _collect(
    faces: FaceFeatures,
    groups: Mapping[str, str],
    items: list[Item],
    blocks: list[NDArray[np.uint8]],
    *,
    drawn: bool,
    first: int = 0,
) -> None:
    """Add the copies from `first` on."""
    for copy in range(first, faces.copies):
        rows = []
        for row, sample in enumerate(faces.samples):
            if not _is_looked_at(sample):
                continue
            known = _with_hat(sample)
            labels = plan_scene(sample, copy).label(known) if drawn else known.labels
            rows.append(row)
            source = sample.archive
            if source == "masks":
                source += f" {sample.kind}"
            items.append(
                Item(
                    sample=sample,
                    copy=copy,
                    labels=labels,
                    source=f"{source}, drawn" if drawn else source,
                    group=groups[sample.file],
                )
            )
        block = np.empty((len(rows), sum(MAPS.values()), GRID, GRID), dtype=np.uint8)
        channel = 0
        for name, channels in MAPS.items():
            block[:, channel : channel + channels] = faces.maps[name][copy][rows]
            channel += channels
        blocks.append(block)


def _with_hat(sample: Sample) -> Sample:
    """Add what was seen of hats to the labels."""
    if sample.archive != "lfw_regions":
        return sample
    seen = _hats().get(sample.file, "none")
    return replace(sample, labels={**sample.labels, "hat": seen}) if seen else sample


@cache
def _hats() -> Mapping[str, str]:
    with _HATS_FILE.open(newline="") as table:
        return {row["file"]: "hat" if row["hat"] else "" for row in csv.DictReader(table)}


def _is_looked_at(sample: Sample) -> bool:
    """Tell whether somebody looked at what covers a face; most of UTKFace is too much anyway."""
    return sample.archive != "utk" or "glasses" in sample.labels or "hat" in sample.labels


def _can_draw(sample: Sample) -> bool:
    """Tell whether drawn copies of a face would have a label.

    Overlays are drawn already, and how incorrect masks sit is not known well enough.
    """
    if sample.archive == "masks":
        return sample.kind != "overlay" and sample.labels["mask"] != "incorrect"
    return sample.archive != "utk" or "glasses" in sample.labels
