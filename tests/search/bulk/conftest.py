from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from analysis.models import Face, FaceTag
from analysis.tagging import apply_model_tags
from search.bulk.asking import choose_by_query, read_action
from search.bulk.jobs import create_job
from search.bulk.tasks import run_bulk_job
from search.models import BulkJob
from search.query import FaceQuery
from tests.factories import make_bare_runs, make_face

_SAME = [
    connection.ops.quote_name(field.column)
    for field in Face._meta.fields
    if field.name not in ("id", "uid", "asset", "run")
]
_COPIES = f"""
    INSERT INTO analysis_face (uid, asset_id, run_id, {", ".join(_SAME)})
    SELECT gen_random_uuid(), run.asset_id, run.id, {", ".join(f"face.{name}" for name in _SAME)}
    FROM analysis_analysisrun AS run, analysis_face AS face
    WHERE run.id = ANY(%(runs)s) AND face.id = %(face)s ORDER BY run.id
"""


def tag_of(face: Face, facet: str = "glasses") -> tuple[str, str] | None:
    """Return value and source of a face's tag."""
    return FaceTag.objects.filter(face=face, facet=facet).values_list("value", "source").first()


@pytest.fixture
def glasses_face(db: None) -> Callable[[str], Face]:
    """Makes faces of which the nets say whether they wear glasses."""

    def make(likeliest: str = "none", **options: object) -> Face:
        face = make_face(**options)
        chances = dict.fromkeys(("none", "glasses", "sunglasses"), 0.02)
        face.readings = {"glasses": chances | {likeliest: 0.96}}
        face.save()
        apply_model_tags([face])
        return face

    return make


@pytest.fixture
def many_faces(db: None) -> Callable[[int], list[int]]:
    """Makes faces of different photos, which have rows and no files; returns their ids."""

    def make(number: int) -> list[int]:
        runs = make_bare_runs(number)
        first = make_face()
        with connection.cursor() as cursor:
            # Copies: sending thousands of embeddings takes longer than the tests.
            cursor.execute(_COPIES, {"runs": [run.pk for run in runs], "face": first.pk})
        first.asset.delete()
        return list(Face.objects.order_by("pk").values_list("pk", flat=True))

    return make


@pytest.fixture
def start(db: None) -> Callable[..., BulkJob]:
    """Makes a job for all that is found, and does nothing of it."""

    def start_(
        kind: str, *, query: FaceQuery | None = None, user: object = None, **arguments: str
    ) -> BulkJob:
        action = read_action(kind, arguments)
        choice = choose_by_query(query or FaceQuery(), action.unit)
        return create_job(action, choice, user=user)

    return start_


@pytest.fixture
def do(start: Callable[..., BulkJob]) -> Callable[..., BulkJob]:
    """Makes a job for all that is found, and does it."""

    def do_(kind: str, **options: object) -> BulkJob:
        job = start(kind, **options)
        run_bulk_job(job.pk)
        job.refresh_from_db()
        return job

    return do_
