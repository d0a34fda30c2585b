"""How the library and its search are: what a page and a program ask to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Min

from analysis.embedding_index import EmbeddingIndex, IndexState, embedding_index
from analysis.models import AnalysisRun
from analysis.nets import current_version
from dam.models import Asset
from search.index import current_snapshot
from search.models import ChangedFace
from search.recall.measuring import Figures, newest_recall
from search.similarity.planning import FEWEST_IN_GRAPH

# What takes space, by the name that people see.
_TABLES = {
    "faces": "analysis_face",
    "tags": "analysis_facetag",
    "photos": "dam_asset",
    "face index": "search_indexchunk",
}


@dataclass(frozen=True, slots=True)
class Recall:
    """What was measured last."""

    checked_at: datetime
    faces: int
    figures: tuple[Figures, ...]

    @property
    def is_exact(self) -> bool:
        return all(one.is_exact for one in self.figures)

    @property
    def keeps_promise(self) -> bool:
        return all(one.keeps_promise for one in self.figures)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of everything that search stands on."""

    photos: int
    analyzed: int
    """Photos that the present nets have looked at."""
    faces: int
    marked_faces: int
    """Changes that are read from their rows until they are folded into the face index."""
    oldest_mark: datetime | None
    memory_bytes: int
    """What the face index takes in each process."""
    embedding_index: EmbeddingIndex
    database_bytes: int
    table_bytes: Mapping[str, int]
    """With indexes."""
    recall: Recall | None

    @property
    def needs_index(self) -> bool:
        """Tell whether searches would be quicker with the index of embeddings that is missing."""
        is_there = self.embedding_index.state is IndexState.READY
        return not is_there and self.faces >= FEWEST_IN_GRAPH


def library_status() -> Status:
    """Return the state of the library and its search; a fixed number of queries."""
    snapshot = current_snapshot()
    database_bytes, table_bytes = _sizes()
    found = newest_recall()
    return Status(
        photos=Asset.objects.count(),
        analyzed=AnalysisRun.objects.filter(
            pipeline_version=current_version(), status=AnalysisRun.Status.SUCCEEDED
        ).count(),
        faces=snapshot.count,
        marked_faces=ChangedFace.objects.count(),
        oldest_mark=ChangedFace.objects.aggregate(oldest=Min("marked_at"))["oldest"],
        memory_bytes=sum(segment.memory_bytes for segment in snapshot.segments),
        embedding_index=embedding_index(),
        database_bytes=database_bytes,
        table_bytes=table_bytes,
        recall=Recall(found[0].checked_at, found[0].face_count, found[1]) if found else None,
    )


def _sizes() -> tuple[int, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), "
            "ARRAY(SELECT pg_total_relation_size(to_regclass(name)) "
            "FROM unnest(%s::text[]) WITH ORDINALITY AS one(name, place) ORDER BY place)",
            [list(_TABLES.values())],
        )
        whole, parts = cursor.fetchone()
    return whole, dict(zip(_TABLES, parts, strict=True))
