"""The faces that a head is trained and judged on: several sets in one row of vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from face_groups import split_faces
from features import GRID, MAPS, Bytes, FaceFeatures, FeatureStore
from head_inputs import HeadInputs
from labelled_faces import Sample
from numpy.typing import NDArray
from spatial_net import Reduction

# The sets that heads of attributes learn from, and in how many copies.
ARCHIVES, COPIES = ("utk", "lfw_attributes", "lfw_regions", "scut"), 4
_ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class HeadData:
    """n faces of some sets."""

    faces: tuple[FaceFeatures, ...]
    owner: NDArray[np.intp]
    """Which of the sets each face is in."""
    place: NDArray[np.intp]
    """Its row there."""
    samples: tuple[Sample, ...]
    archive: NDArray[np.str_]
    part: NDArray[np.str_]
    vectors: NDArray[np.float16]
    """copies × n × d."""
    inputs: HeadInputs

    @property
    def copies(self) -> int:
        return len(self.vectors)

    def labels(self, reading: str) -> NDArray[np.str_]:
        """Return each face's label, empty where it has none."""
        return np.array([sample.labels.get(reading, "") for sample in self.samples])

    def maps(self, rows: NDArray[np.intp], copy: int = 0) -> Bytes:
        """Return the stored maps of some faces, n × channels × 7 × 7."""
        found = np.empty((len(rows), sum(MAPS.values()), GRID, GRID), dtype=np.uint8)
        for owner, faces in enumerate(self.faces):
            mine = np.flatnonzero(self.owner[rows] == owner)
            places = self.place[rows[mine]]
            stacked = [faces.maps[name][copy][places] for name in MAPS]
            found[mine] = np.concatenate(stacked, axis=1)
        return found

    def reduced(self, reduction: Reduction) -> NDArray[np.float16]:
        """Return the reduced maps, copies × n × 49 × components."""
        count, width = len(self.samples), len(reduction.basis)
        found = np.empty((self.copies, count, GRID * GRID, width), dtype=np.float16)
        for copy in range(self.copies):
            for start in range(0, count, _ROWS):
                rows = np.arange(start, min(start + _ROWS, count))
                found[copy, rows] = reduction.reduce(self.maps(rows, copy))
        return found

    def rows(self, part: str) -> NDArray[np.intp]:
        """Return the rows of one part."""
        return np.flatnonzero(self.part == part)


def load_data(
    store: FeatureStore, archives: Sequence[str], reading: str, inputs: HeadInputs
) -> HeadData:
    """Read the faces of some sets that have a label for a reading."""
    faces = tuple(store.load(archive, copies=COPIES) for archive in archives)
    places = [
        np.array([row for row, sample in enumerate(one.samples) if reading in sample.labels])
        for one in faces
    ]
    pairs = list(zip(faces, places, strict=True))
    samples = tuple(one.samples[row] for one, rows in pairs for row in rows)
    return HeadData(
        faces=faces,
        owner=np.repeat(np.arange(len(faces)), [len(rows) for rows in places]),
        place=np.concatenate(places),
        samples=samples,
        archive=np.array([sample.archive for sample in samples]),
        part=np.concatenate([split_faces(one)[rows] for one, rows in pairs]),
        vectors=np.concatenate(
            [inputs.vectors(one, COPIES)[:, rows] for one, rows in pairs], axis=1
        ),
        inputs=inputs,
    )


def balanced_weights(
    classes: NDArray[np.intp], rows: NDArray[np.intp], *, power: float
) -> NDArray[np.float32]:
    """Return a weight for each face: its class' rarity among `rows` to a power, mean 1 there."""
    counts = np.bincount(classes[rows], minlength=int(classes.max()) + 1).astype(np.float64)
    rarity = np.maximum(counts, 1) ** -power
    weights = np.where(classes >= 0, rarity[np.maximum(classes, 0)], 0.0)
    return np.asarray(weights / weights[rows].mean(), dtype=np.float32)
