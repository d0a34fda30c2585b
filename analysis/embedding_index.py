"""The index of embeddings: whether it is there, how large it is, and how it is built.

It is worth its cost from millions of faces on, so no migration builds it. Searches use it only
while it is valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.postgres.indexes import PostgresIndex
from django.db import connection
from django.db.backends.utils import CursorWrapper

from analysis.models import Face

NAME = "face_by_embedding"
# A face's vector and its links to neighbours, as it was measured, and room for the build.
BYTES_PER_FACE = 2700
MEMORY_FACTOR = 1.3
# PostgreSQL takes no less.
_LEAST_MEMORY_MB = 64


class IndexState(StrEnum):
    """Whether searches can use the index."""

    MISSING = "missing"
    BUILDING = "building"
    INVALID = "invalid"
    """Left by a build that was cut off."""
    READY = "ready"


@dataclass(frozen=True, slots=True)
class EmbeddingIndex:
    """The index as it is now."""

    state: IndexState
    size_bytes: int = 0
    progress: float | None = None
    """0 to 1 while it is built, as far as PostgreSQL says."""


def is_index_ready() -> bool:
    """Tell whether searches can use the index."""
    with connection.cursor() as cursor:
        return _validity(cursor) is True


def embedding_index() -> EmbeddingIndex:
    """Return the state of the index."""
    with connection.cursor() as cursor:
        valid = _validity(cursor)
        if valid is None:
            return EmbeddingIndex(IndexState.MISSING)
        cursor.execute("SELECT pg_relation_size(to_regclass(%s))", [NAME])
        (size_bytes,) = cursor.fetchone()
        if valid:
            return EmbeddingIndex(IndexState.READY, size_bytes)
        cursor.execute(
            "SELECT CASE WHEN tuples_total > 0 THEN least(1, tuples_done / tuples_total::real) END "
            "FROM pg_stat_progress_create_index WHERE index_relid = to_regclass(%s)",
            [NAME],
        )
        building = cursor.fetchone()
    if building is None:
        return EmbeddingIndex(IndexState.INVALID, size_bytes)
    return EmbeddingIndex(IndexState.BUILDING, size_bytes, building[0])


def drop_index() -> None:
    """Drop the index, if there is one, so that many faces are added faster."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")


def build_index(*, memory_mb: int, workers: int) -> None:
    """Build the index anew beside a running service. Not in a transaction.

    `memory_mb` is what the build may take; where the graph does not fit in, it takes many times as
    long. `workers` is how many processes help.
    """
    (index,) = (one for one in Face._meta.indexes if one.name == NAME)
    assert isinstance(index, PostgresIndex)
    drop_index()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('maintenance_work_mem', %s, false), "
            "set_config('max_parallel_maintenance_workers', %s, false)",
            [f"{memory_mb}MB", str(workers)],
        )
    try:
        with connection.schema_editor(atomic=False) as editor:
            editor.add_index(Face, index, concurrently=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET maintenance_work_mem")
            cursor.execute("RESET max_parallel_maintenance_workers")


def needed_memory_mb(face_count: int) -> int:
    """Return how much memory a build needs that keeps the whole graph in it."""
    return max(_LEAST_MEMORY_MB, int(face_count * BYTES_PER_FACE * MEMORY_FACTOR / 1e6) + 1)


def _validity(cursor: CursorWrapper) -> bool | None:
    """Return whether the index is valid, None where there is none."""
    cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [NAME])
    row: tuple[bool] | None = cursor.fetchone()
    return row[0] if row else None
