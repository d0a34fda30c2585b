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

_ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class HeadData:
    """n faces of some sets."""

    faces: tuple[FaceFeatures, ...]
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
        first = 0
        for faces in self.faces:
            mine = np.flatnonzero((rows >= first) & (rows < first + len(faces.samples)))
            stacked = [faces.maps[name][copy][rows[mine] - first] for name in MAPS]
            found[mine] = np.concatenate(stacked, axis=1)
            first += len(faces.samples)
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

    def rows(self, part: str, known: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the rows of one part of which something is known."""
        return np.flatnonzero((self.part == part) & known)


def load_data(
    store: FeatureStore, archives: Sequence[str], inputs: HeadInputs, *, copies: int
) -> HeadData:
    """Read sets, their parts and their vectors."""
    faces = tuple(store.load(archive, copies=copies) for archive in archives)
    samples = tuple(sample for one in faces for sample in one.samples)
    return HeadData(
        faces=faces,
        samples=samples,
        archive=np.array([sample.archive for sample in samples]),
        part=np.concatenate([split_faces(one) for one in faces]),
        vectors=np.concatenate([inputs.vectors(one, copies) for one in faces], axis=1),
        inputs=inputs,
    )


def class_numbers(labels: NDArray[np.str_], classes: Sequence[str]) -> NDArray[np.intp]:
    """Return the number of each label among the classes, −1 for all others."""
    numbers = {label: number for number, label in enumerate(classes)}
    return np.array([numbers.get(str(label), -1) for label in labels], dtype=np.intp)


def balanced_weights(
    classes: NDArray[np.intp], rows: NDArray[np.intp], *, power: float
) -> NDArray[np.float32]:
    """Return a weight for each face: its class' rarity among `rows` to a power, mean 1 there."""
    counts = np.bincount(classes[rows], minlength=int(classes.max()) + 1).astype(np.float64)
    rarity = np.maximum(counts, 1) ** -power
    weights = np.where(classes >= 0, rarity[np.maximum(classes, 0)], 0.0)
    return np.asarray(weights / weights[rows].mean(), dtype=np.float32)
