"""Faces that look like a given one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from pgvector.django import MaxInnerProduct

from analysis.listing import faces_for_lists
from analysis.models import Face

# Of two people's pictures one pair in a hundred, or in a thousand, is at least that alike
# (docs/nets.md, lfw_regions).
ALIKE_COSINE = 0.36
LIKELY_COSINE = 0.45


@dataclass(frozen=True, slots=True)
class SimilarFace:
    """A face and the cosine of the angle to what was looked for: 1 is the same, −1 the opposite."""

    face: Face
    similarity: float

    @property
    def is_alike(self) -> bool:
        """Tell whether it is worth a look."""
        return self.similarity >= ALIKE_COSINE

    @property
    def is_likely(self) -> bool:
        """Tell whether it is probably the same person."""
        return self.similarity >= LIKELY_COSINE

    @property
    def distance(self) -> float:
        """The cosine distance: 0 is the same, 2 the opposite."""
        return 1.0 - self.similarity


def nearest_faces(
    faces: QuerySet[Face], *, embedding: Sequence[float], embedding_net: str, limit: int
) -> list[SimilarFace]:
    """Return those of some faces that are nearest to an embedding of unit length, nearest first.

    Only faces with an embedding of the same net are compared: those of others mean nothing. The
    search is exact and reads every face, which takes about 70 ms for 100,000; there is no index
    yet.
    """
    nearest = (
        faces.filter(embedding_net=embedding_net)
        .annotate(negative_product=MaxInnerProduct("embedding", embedding))
        .order_by("negative_product", "id")
    )
    return [
        # Half precision makes a product of equal vectors a little more or less than 1.
        SimilarFace(face, similarity=max(-1.0, min(1.0, -face.negative_product)))
        for face in nearest[:limit]
    ]


def similar_faces(face: Face, *, limit: int) -> list[SimilarFace]:
    """Return the stored faces nearest to one of them, itself left out, nearest first."""
    others = faces_for_lists(landmarks=False).select_related("asset").exclude(pk=face.pk)
    return nearest_faces(
        others, embedding=face.embedding, embedding_net=face.embedding_net, limit=limit
    )
