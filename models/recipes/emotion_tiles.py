"""Labelled faces for `emotion_head.py`: FER2013's tiles, the parts they fall in, their boxes."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from found_faces import central_face
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from analysis.pipeline.detector import Detection, Detector
from analysis.pipeline.types import Box, Image

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
TILE = 48
# One group of like tiles in so many, of those to learn from, tunes: it chooses, but teaches not.
TUNING_SHARE = 14
_SEED = 0
_ALIKE = 0.985

Classes = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """n grey faces of 48 × 48 px, their emotions and the part that each falls in."""

    pixels: Image
    emotion: Classes
    part: NDArray[np.str_]
    """train, tuning, validation, or dropped: in train, but like a tile of validation."""


def read_tiles(folder: Path) -> Tiles:
    """Read `fer.csv` and the sheets in `fer.zip`."""
    with (folder / "fer.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    with zipfile.ZipFile(folder / "fer.zip") as bundle:
        sheets = {
            name: cv2.imdecode(
                np.frombuffer(bundle.read(name), dtype=np.uint8), cv2.IMREAD_GRAYSCALE
            )
            for name in bundle.namelist()
        }
    pixels = np.zeros((len(rows), TILE, TILE), dtype=np.uint8)
    for index, row in enumerate(rows):
        top, left = int(row["row"]) * TILE, int(row["column"]) * TILE
        pixels[index] = sheets[row["sheet"]][top : top + TILE, left : left + TILE]
    emotion = np.array([LABELS.index(row["emotion"]) for row in rows])
    held = np.array([row["split"] == "validation" for row in rows])
    return Tiles(pixels=pixels, emotion=emotion, part=_deal_parts(pixels, held))


def find_face(detector: Detector, tile: Image) -> Detection | None:
    """Return the face that the service finds in a tile, or None if it finds none."""
    image = np.repeat(tile[:, :, None], 3, axis=2)
    faces = detector.detect(image)
    return central_face(image, faces) if faces else None


def whole_tile() -> Detection:
    """Return a face that fills a tile, with level eyes."""
    points = [(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)]
    return Detection(
        box=Box(0, 0, TILE, TILE), score=1.0, keypoints=np.array(points, dtype=np.float32) * TILE
    )


def _deal_parts(pixels: Image, held: NDArray[np.bool_]) -> NDArray[np.str_]:
    groups = _group_alike(pixels)
    order = np.random.default_rng(_SEED).permutation(groups.max() + 1)
    part = np.where(order[groups] % TUNING_SHARE == 0, "tuning", "train").astype("<U10")
    part[np.isin(groups, groups[held])] = "dropped"
    part[held] = "validation"
    return part


def _group_alike(pixels: Image) -> Classes:
    """Number the tiles so that near copies of one picture, mirrored too, share a number."""
    pairs: list[NDArray[np.intp]] = []
    small, mirrored = _describe(pixels), _describe(pixels[:, :, ::-1])
    for start in range(0, len(small), 1000):
        block = small[start : start + 1000]
        for other in (small, mirrored):
            rows, columns = np.nonzero(block @ other.T >= _ALIKE)
            pairs.append(np.stack([rows + start, columns]))
    first, second = np.concatenate(pairs, axis=1)
    graph = coo_matrix((np.ones(len(first)), (first, second)), shape=[len(pixels)] * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def _describe(pixels: Image) -> NDArray[np.float32]:
    """Return n × 144: each tile at 12 × 12, less its mean, of unit length."""
    shape = (len(pixels), 12, TILE // 12, 12, TILE // 12)
    small = pixels.reshape(shape).mean(axis=(2, 4)).reshape(len(pixels), -1)
    small -= small.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(small, axis=1, keepdims=True)
    return np.asarray(small / np.maximum(lengths, 1e-6), dtype=np.float32)
