"""Tags of which nets are unsure."""

from __future__ import annotations

from analysis.models import Face, FaceTag
from tests.factories import make_face


def make_unsure(
    facet: str, score: float, *, dominant: str = "none", face: Face | None = None
) -> FaceTag:
    """Store that the nets are unsure of a facet of a face, a new one if none is given."""
    return FaceTag.objects.create(
        face=face or make_face(),
        facet=facet,
        value="unsure",
        score=score,
        source=FaceTag.Source.MODEL,
        model_value="unsure",
        model_score=score,
        model_dominant=dominant,
    )
