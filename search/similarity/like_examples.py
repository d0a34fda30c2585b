"""Finds faces for a custom tag that are like its examples."""

from __future__ import annotations

from analysis.custom_tags.candidates import Wanted
from analysis.models import Face
from search.query import FaceQuery
from search.query.ranges import Range
from search.similar import Limits, nearest_faces
from search.similarity.target import OddEmbedding, target_of


def find_like_examples(wanted: Wanted, limit: int) -> list[int]:
    """Return the ids of the faces that are most like all examples; none if these cancel."""
    try:
        examples = [vector.tolist() for vector in wanted.embeddings]
        target = target_of(examples, embedding_net=wanted.embedding_net)
    except OddEmbedding:
        return []
    found = nearest_faces(
        FaceQuery(ranges={"quality": Range(minimum=wanted.min_quality)}),
        target,
        limits=Limits(count=limit),
        leave_out=wanted.leave_out,
        load_from=Face.objects.present().only("pk"),
    )
    return [similar.face.pk for similar in found.faces]
