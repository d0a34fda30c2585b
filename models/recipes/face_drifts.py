"""How far faults of a picture move its face's embedding, beside what the scores say of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from degraded_faces import spoil
from found_faces import central_face
from labelled_faces import Pictures, Sample, read_samples

from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.types import FaceResult, Image

SETS = ("lfw_regions", "lfw_attributes")


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """A face in a spoilt picture; `face` is None where none was found."""

    person: str
    file: str
    kind: str
    amount: str
    image: Image
    face: FaceResult | None
    drift: float
    """1 less the cosine to the embedding in the picture as it was; 1 where no face was found."""


def choose_people(folder: Path, count: int) -> list[Sample]:
    """Return one picture of each of `count` people, always the same ones."""
    first: dict[str, Sample] = {}
    for name in SETS:
        for sample in read_samples(folder, name):
            first.setdefault(sample.person, sample)
    return sorted(first.values(), key=lambda one: zlib.crc32(one.person.encode()))[:count]


def measure_drifts(folder: Path, samples: list[Sample], pipeline: FacePipeline) -> Iterator[Drift]:
    """Yield each sample's face with each fault, and first without one (kind "", drift 0)."""
    pictures = {name: Pictures(folder, name) for name in SETS}
    for sample in samples:
        image = pictures[sample.archive].read(sample)
        faces = pipeline.analyze(image)
        if not faces:
            continue
        clean = central_face(image, faces)
        yield Drift(sample.person, sample.file, "", "", image, clean, 0.0)
        random = np.random.default_rng(zlib.crc32(sample.file.encode()))
        for spoilt in spoil(image, clean.mesh, random):
            faces = pipeline.analyze(spoilt.image)
            face = central_face(spoilt.image, faces) if faces else None
            drift = 1.0 if face is None else float(1 - clean.embedding @ face.embedding)
            yield Drift(
                sample.person, sample.file, spoilt.kind, spoilt.amount, spoilt.image, face, drift
            )
