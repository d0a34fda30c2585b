"""Labelled faces for `train_covering_heads.py`: read, found, and turned into features."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from portraits import central_face, load_detector, read_picture
from scipy.sparse.csgraph import connected_components

from analysis.manifest import load_manifest
from analysis.pipeline.backbone import Backbone, unit_length
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.session import OrtSession
from analysis.pipeline.types import Box, Floats, Image

# Side of the grids over which maps are averaged.
GRIDS = {"block5": 2, "block11": 1}
DRAWN = "drawn masks"
_GLASSES = {"0": "none", "1": "glasses", "2": "sunglasses"}
_MOST_MASKS = 500
_SELFIE_SCORE = 0.6
_SAME_PLACE = 0.3
_SAME_FACE = 0.85


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled picture; an empty label is unknown."""

    archive: str
    file: str
    source: str
    glasses: str
    mask: str
    box: Box | None = None
    drawn: bool = False
    """Whether a mask is to be drawn over the face."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Features of n faces, by name, and what is known of them."""

    features: dict[str, Floats]
    source: NDArray[np.str_]
    picture: NDArray[np.str_]
    group: NDArray[np.intp]
    """Equal for faces so alike that they must not be split."""
    glasses: NDArray[np.str_]
    mask: NDArray[np.str_]

    def save(self, path: Path) -> None:
        """Write everything to one file."""
        known = {name: getattr(self, name) for name in ("source", "picture", "group")}
        np.savez(path, glasses=self.glasses, mask=self.mask, **known, **self.features)

    @classmethod
    def load(cls, path: Path) -> Faces:
        """Read what `save` has written."""
        with np.load(path) as stored:
            known = {
                name: stored[name] for name in ("source", "picture", "group", "glasses", "mask")
            }
            return cls(features={name: stored[name] for name in ("pooled", *GRIDS)}, **known)


def collect_faces(folder: Path) -> Faces:
    """Find the labelled face of every picture and read the backbone's features of it."""
    spec = load_manifest().net("backbone")
    if spec.input is None:
        raise SystemExit("the manifest's backbone takes no pixels")
    wanted = ("pooled", *GRIDS)
    backbone = Backbone(OrtSession(spec, threads=0, wanted=wanted), spec)
    kept: list[Sample] = []
    rows: defaultdict[str, list[Floats]] = defaultdict(list)
    samples = list(read_samples(folder))
    for sample, image, face in _find_faces(folder, samples + _with_masks(samples)):
        crops = cut_crops(image, [face], CROPS[spec.input.crop], size=spec.input.size)
        for name, values in backbone.features(crops).items():
            rows[name].append(average(values, GRIDS[name]) if name in GRIDS else values)
        kept.append(sample)
        if len(kept) % 500 == 0:
            print(f"{len(kept)} faces", flush=True)
    features = {name: np.concatenate(values) for name, values in rows.items()}
    return Faces(
        features=features,
        source=np.array([sample.source for sample in kept]),
        picture=np.array([sample.file for sample in kept]),
        group=_group([sample.file for sample in kept], features["pooled"]),
        glasses=np.array([sample.glasses for sample in kept]),
        mask=np.array([sample.mask for sample in kept]),
    )


def read_samples(folder: Path) -> Iterator[Sample]:
    """Yield the pictures that have a label for glasses or mask."""
    for archive in ("lfw_attributes", "utk", "sunglasses"):
        for row in _read_rows(folder, archive):
            if row["glasses"]:
                yield Sample(
                    archive=archive,
                    file=row["file"],
                    source=archive,
                    glasses=_GLASSES[row["glasses"]],
                    # Both were taken long before people wore masks; of the selfies nobody knows.
                    mask="" if archive == "sunglasses" else "none",
                )
    rows = list(_read_rows(folder, "masks"))
    total = Counter((row["mask"], row["source"]) for row in rows)
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        kind = row["mask"], row["source"]
        seen[kind] += 1
        # Evenly spread, at most so many of each kind.
        share = min(1.0, _MOST_MASKS / total[kind])
        if int(seen[kind] * share) == int((seen[kind] - 1) * share):
            continue
        yield Sample(
            archive="masks",
            file=row["file"],
            source=f"masks: {row['source']}",
            glasses="",
            mask=row["mask"],
            box=Box(*(float(row[edge]) for edge in ("left", "top", "width", "height"))),
        )


def average(maps: Floats, cells: int) -> Floats:
    """Average n × c maps over a grid of cells × cells, to n × (c · cells²)."""
    count, channels, height, width = maps.shape
    blocks = maps.reshape(count, channels, cells, height // cells, cells, width // cells)
    return np.asarray(blocks.mean(axis=(3, 5)).reshape(count, -1), dtype=np.float32)


def draw_mask(image: Image, face: Detection, *, seed: int) -> None:
    """Paint a patch of one colour from the middle of the nose to under the chin."""
    random = np.random.default_rng(seed)
    left_eye, right_eye, _, left_mouth, right_mouth = face.keypoints
    across, eyes = right_eye - left_eye, (left_eye + right_eye) / 2
    down = (left_mouth + right_mouth) / 2 - eyes
    shape = [
        (0, 0.4),
        (1.0, 0.55),
        (0.9, 1.3),
        (0.35, 1.8),
        (-0.35, 1.8),
        (-0.9, 1.3),
        (-1.0, 0.55),
    ]
    steps = np.array(shape) + random.normal(0, 0.05, (len(shape), 2))
    outline = eyes + steps[:, :1] * across + steps[:, 1:] * down
    color = random.uniform(20, 240) + random.normal(0, 25, 3)
    cv2.fillPoly(image, [np.round(outline).astype(np.int32)], np.clip(color, 0, 255).tolist())


def _with_masks(samples: list[Sample]) -> list[Sample]:
    """Return samples by which to learn that a mask is no glasses; masks are not learnt by them."""
    return [
        replace(sample, source=DRAWN, mask="", drawn=True)
        for sample in samples
        if sample.archive in ("lfw_attributes", "sunglasses")
    ]


def _read_rows(folder: Path, archive: str) -> Iterator[dict[str, str]]:
    with (folder / f"{archive}.csv").open(newline="") as table:
        yield from csv.DictReader(table)


def _find_faces(folder: Path, samples: list[Sample]) -> Iterator[tuple[Sample, Image, Detection]]:
    detector = load_detector()
    bundles = {
        name: zipfile.ZipFile(folder / f"{name}.zip") for name in {s.archive for s in samples}
    }
    for sample in samples:
        image = read_picture(bundles[sample.archive], sample.file)
        face = _choose(sample, image, detector.detect(image))
        if face is not None:
            if sample.drawn:
                draw_mask(image, face, seed=zlib.crc32(sample.file.encode()))
            yield sample, image, face


def _choose(sample: Sample, image: Image, faces: list[Detection]) -> Detection | None:
    """Return the face that the label is about, or None if none surely is."""
    if not faces:
        return None
    if sample.box is not None:
        face = max(faces, key=lambda one: one.box.overlap(sample.box))
        return face if face.box.overlap(sample.box) >= _SAME_PLACE else None
    if sample.archive == "sunglasses" and (len(faces) > 1 or faces[0].score < _SELFIE_SCORE):
        # Groups, products and bodies are among the selfies: the label is sure for lone faces only.
        return None
    return central_face(image, faces)


def _group(files: list[str], pooled: Floats) -> NDArray[np.intp]:
    """Number the faces so that pictures alike, or cut from one photo, share a number."""
    direction = unit_length(pooled)
    alike = direction @ direction.T >= _SAME_FACE
    photos = np.array([file.rpartition("_")[0] or file for file in files])
    order = np.argsort(photos, kind="stable")
    same = photos[order[1:]] == photos[order[:-1]]
    alike[order[1:][same], order[:-1][same]] = True
    return np.asarray(connected_components(alike, directed=False)[1], dtype=np.intp)
