from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from analysis.embedding_index import (
    NAME,
    IndexState,
    drop_index,
    embedding_index,
    is_index_ready,
    needed_memory_mb,
)
from tests.factories import make_face


def test_memory_of_a_build_grows_with_the_faces():
    assert needed_memory_mb(10) == 64
    assert needed_memory_mb(1_000_000) == 3511


@pytest.mark.django_db
def test_migrations_make_the_index():
    assert is_index_ready()
    assert embedding_index().state is IndexState.READY
    assert embedding_index().size_bytes > 0


@pytest.mark.django_db
def test_an_index_that_was_left_unfinished_is_not_used():
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [NAME]
        )

    assert not is_index_ready()
    assert embedding_index().state is IndexState.INVALID


@pytest.mark.django_db
def test_a_missing_index_is_not_used():
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {NAME}")

    assert not is_index_ready()
    assert embedding_index().state is IndexState.MISSING


@pytest.mark.django_db(transaction=True)
class TestBuildEmbeddingIndex:
    @pytest.fixture(autouse=True)
    def _faces(self, db):
        make_face()
        yield
        call_command("build_embedding_index")

    def test_a_missing_index_is_built(self, capsys):
        drop_index()

        call_command("build_embedding_index", "--workers", "0")

        assert embedding_index().state is IndexState.READY
        assert "1 faces, with 64 MB" in capsys.readouterr().out

    def test_an_unfinished_index_is_built_anew(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [NAME]
            )

        call_command("build_embedding_index")

        assert embedding_index().state is IndexState.READY

    def test_an_index_that_is_there_is_left_alone(self, capsys):
        call_command("build_embedding_index")

        assert "--again" in capsys.readouterr().out

    def test_it_is_built_as_the_model_says(self):
        def definition() -> str:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_get_indexdef(to_regclass(%s))", [NAME])
                return cursor.fetchone()[0]

        by_migration = definition()
        call_command("build_embedding_index", "--again")

        assert definition() == by_migration
