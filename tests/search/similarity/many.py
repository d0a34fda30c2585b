"""Many faces at once, with embeddings that gather around people as real ones do."""

from __future__ import annotations

import uuid

import numpy as np
from numpy.typing import NDArray

from analysis.models import EMBEDDING_DIMENSIONS, Face
from tests.factories import make_face

PEOPLE = 100
# Of the length of a person's mean: pictures of one person then have a cosine of about .6.
SPREAD = 0.8


def people_embeddings(count: int, *, seed: int) -> NDArray[np.float32]:
    """Return embeddings of unit length, a few of each of PEOPLE people."""
    random = np.random.default_rng(seed)
    means = _unit(random.standard_normal((PEOPLE, EMBEDDING_DIMENSIONS)))
    noise = _unit(random.standard_normal((count, EMBEDDING_DIMENSIONS)))
    return _unit(means[random.integers(0, PEOPLE, count)] + SPREAD * noise)


def make_many_faces(embeddings: NDArray[np.float32], *, embedding_net: str) -> list[Face]:
    """Store a face for each embedding, all of one asset."""
    pattern = make_face(embedding_net=embedding_net)
    pattern.delete()
    values = {
        field.attname: getattr(pattern, field.attname)
        for field in Face._meta.concrete_fields
        if field.name not in ("id", "uid", "position", "embedding")
    }
    return Face.objects.bulk_create(
        Face(**values, uid=uuid.uuid4(), position=position, embedding=embedding.tolist())
        for position, embedding in enumerate(embeddings)
    )


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
