"""Reads stored embeddings as arrays, several times quicker than through the models' field."""

from __future__ import annotations

import numpy as np
from django.db.models import BinaryField, Func, QuerySet

from analysis.custom_tags.logistic import Vectors
from analysis.models import EMBEDDING_DIMENSIONS, Face

# PostgreSQL's binary form of a halfvec: two numbers of 16 bits, then big-endian halves.
_HEADER_BYTES = 4


def read_embeddings(faces: QuerySet[Face]) -> dict[int, Vectors]:
    """Return the embeddings of some faces by their ids; of unit length, give or take a half's."""
    binary = Func("embedding", function="halfvec_send", output_field=BinaryField())
    rows = faces.order_by("pk").annotate(binary=binary).values_list("pk", "binary")
    return {
        pk: np.frombuffer(data, ">f2", offset=_HEADER_BYTES).astype(np.float64) for pk, data in rows
    }


def as_stored(embedding: object) -> Vectors:
    """Return an embedding that is not stored with the precision that it would have."""
    vector = np.asarray(embedding, np.float16).astype(np.float64)
    return vector.reshape(EMBEDDING_DIMENSIONS)
