"""Parts labelled faces into train, tune and test, so that no likeness is in two of them.

A group is a person, a source photo, or what is connected by likeness. The part is drawn by a hash
of the group's name, so that it does not depend on what else is in the set, and a person has the
same part in all sets. `test` is neither trained on nor used to choose anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from features import FaceFeatures
from labelled_faces import Sample
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.pipeline.backbone import unit_length
from analysis.pipeline.types import Floats

PARTS = ("train", "tune", "test")
# Percent of the groups that are in train, and in train or tune.
_TRAIN, _TUNE = 70, 85
_SAME_FACE = 0.85
_ROWS = 2048
# Their people are known by name: likeness would only join strangers.
_NAMED = ("lfw_attributes", "lfw_regions")


def part_of(group: str) -> str:
    """Return train, tune or test for the name of a group."""
    drawn = int.from_bytes(hashlib.sha256(group.encode()).digest()[:4]) % 100
    return "train" if drawn < _TRAIN else "tune" if drawn < _TUNE else "test"


def split_faces(faces: FaceFeatures) -> NDArray[np.str_]:
    """Return the part of each face of a set."""
    return np.array([part_of(group) for group in name_groups(faces)])


def name_groups(faces: FaceFeatures) -> list[str]:
    """Return the name of each face's group: its person, or its first file."""
    names = [sample.person or sample.file for sample in faces.samples]
    if faces.samples and faces.samples[0].archive in _NAMED:
        return names
    numbers = _connect(faces.samples, unit_length(np.asarray(faces.pooled[0], dtype=np.float32)))
    first: dict[int, str] = {}
    for number, name in sorted(zip(numbers, names, strict=True), key=lambda pair: pair[1]):
        first.setdefault(int(number), name)
    return [first[int(number)] for number in numbers]


def _connect(samples: Sequence[Sample], directions: Floats) -> NDArray[np.intp]:
    """Number the connected components of likeness and of common photos."""
    firsts: dict[str, int] = {}
    pairs = [
        np.array(
            [
                (index, firsts.setdefault(sample.person, index))
                for index, sample in enumerate(samples)
                if sample.person
            ],
            dtype=np.intp,
        ).reshape(-1, 2)
    ]
    for start in range(0, len(directions), _ROWS):
        cosines = directions[start : start + _ROWS] @ directions.T
        rows, columns = np.nonzero(cosines >= _SAME_FACE)
        pairs.append(np.stack([rows + start, columns], axis=1))
    ends = np.concatenate(pairs)
    count = len(samples)
    links = coo_array((np.ones(len(ends), dtype=bool), (ends[:, 0], ends[:, 1])), (count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)
