"""A made-up library in PostgreSQL: as the service would have written it, indexes included."""

from __future__ import annotations

import pytest
from django.db import connection

from analysis.facets import facets
from analysis.manifest import load_manifest
from analysis.models import Face, FaceTag
from bench.search.library import Library
from bench.search.loading import holds, load
from bench.search.people import load_people
from bench.search.questions import Questions
from dam.models import Asset
from search.index import current_snapshot, rebuild_index
from tests.conftest import LiveWorker
from tests.factories import make_asset

FACES = 300


def url() -> str:
    return LiveWorker._database_url()


def make_library() -> Library:
    return Library(FACES, seed=1, manifest=load_manifest(), people=load_people())


def index_names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def loaded(transactional_db: None) -> Library:
    library = make_library()
    load(url(), library)
    yield library
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_library")


def test_every_photo_and_face_is_stored(loaded):
    assert Asset.objects.count() == loaded.photo_count
    assert Face.objects.present().count() == FACES
    assert holds(url(), loaded)


def test_tags_are_what_facets_derive_from_the_stored_readings(loaded):
    face = Face.objects.first()
    stored = {tag.facet: tag.model_value for tag in face.tags.exclude(facet="person")}

    derived = {facet.name: facet.derive_all([face])[0] for facet in facets()}

    assert stored == {name: tag.value for name, tag in derived.items() if tag is not None}


def test_some_faces_have_names_and_corrections(loaded):
    assert FaceTag.objects.filter(facet="person", source="user").exists()


def test_indexes_and_constraints_are_put_back(transactional_db):
    before = index_names()

    load(url(), make_library())

    assert index_names() == before
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_library")


def test_new_rows_get_new_ids(loaded):
    assert make_asset().pk > loaded.photo_count


def test_the_face_index_is_made_of_it(loaded):
    list(rebuild_index())

    assert current_snapshot().count == FACES


def test_a_database_with_photos_is_refused(transactional_db):
    make_asset()

    with pytest.raises(SystemExit, match="holds photos"):
        load(url(), make_library())

    assert Asset.objects.count() == 1


def test_the_true_neighbours_of_a_face_are_the_most_similar(loaded):
    import psycopg

    with psycopg.connect(url(), autocommit=True) as database:
        questions = Questions(database, seed=1)
        (example,) = questions.examples(1)
        found = questions.nearest(example, tags={}, limit=3)

    stored = {face.pk: face.embedding for face in Face.objects.all()}
    wanted = stored[example.id]
    products = {
        pk: sum(a * b for a, b in zip(values, wanted, strict=True))
        for pk, values in stored.items()
        if pk != example.id
    }
    assert found == sorted(products, key=lambda pk: -products[pk])[:3]
