from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import Face, FaceTag
from tests.factories import make_face


@pytest.fixture
def count_queries(db: None) -> Callable[[Callable[[], object]], int]:
    """Counts the queries that a call makes."""

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count


def tag(face: Face, **values: str) -> Face:
    """Give a face values of facets, as the nets would."""
    FaceTag.objects.filter(face=face, facet__in=values).delete()
    FaceTag.objects.bulk_create(
        FaceTag(
            face=face,
            facet=facet,
            value=value,
            score=0.9,
            source=FaceTag.Source.MODEL,
            model_value=value,
            model_score=0.9,
            model_dominant=value,
        )
        for facet, value in values.items()
    )
    return face


@pytest.fixture
def tagged_face(db: None) -> Callable[..., Face]:
    """Makes a face with values of facets; `quality_score` and so on are its own."""

    def make(
        *, asset: object = None, position: int = 0, quality_score: float = 90.0, **values: str
    ) -> Face:
        face = make_face(asset, position=position, quality_score=quality_score)
        return tag(face, **values)

    return make
