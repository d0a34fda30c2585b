from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from analysis.embedding_index import (
    NAME,
    EmbeddingIndex,
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
def test_without_the_index_searches_do_not_use_it():
    assert not is_index_ready()
    assert embedding_index() == EmbeddingIndex(IndexState.MISSING)


@pytest.mark.django_db(transaction=True)
class TestBuildEmbeddingIndex:
    @pytest.fixture(autouse=True)
    def _faces(self, db):
        make_face()
        yield
        drop_index()

    @staticmethod
    def spoil() -> None:
        """Leave the index as a build that is cut off leaves it."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [NAME]
            )

    def test_a_missing_index_is_built(self, capsys):
        call_command("build_embedding_index", "--workers", "0")

        assert is_index_ready()
        assert embedding_index().state is IndexState.READY
        assert embedding_index().size_bytes > 0
        assert "1 faces, with 64 MB" in capsys.readouterr().out

    def test_an_unfinished_index_is_not_used_and_built_anew(self):
        call_command("build_embedding_index")
        self.spoil()
        assert not is_index_ready()
        assert embedding_index().state is IndexState.INVALID

        call_command("build_embedding_index")

        assert is_index_ready()

    def test_an_index_that_is_there_is_left_alone(self, capsys):
        call_command("build_embedding_index")
        capsys.readouterr()

        call_command("build_embedding_index")

        assert capsys.readouterr().out == "The index is there. --again builds it anew.\n"

    def test_it_can_be_built_again(self):
        call_command("build_embedding_index")

        call_command("build_embedding_index", "--again")

        assert is_index_ready()
