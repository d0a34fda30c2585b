"""What a library takes: sizes on disk, memory, and the cost of adding to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psycopg
from django.db import connection

from analysis.manifest import load_manifest
from analysis.models import AnalysisRun, Face
from analysis.pipeline.types import Box, FaceResult, Pose, Pupil, Quality
from analysis.recording import claim_run, record_results
from bench.search.library import Faces, Library
from bench.search.timing import Times, measure, memory_mb
from dam.models import Asset
from search.index import current_snapshot, fold_changes

FACES_A_PHOTO = 5


@dataclass(frozen=True, slots=True)
class Size:
    """One table with what belongs to it, or one index, in bytes."""

    name: str
    bytes: int


def sizes(database: psycopg.Connection) -> list[Size]:
    """Return the ten largest tables (with what is stored beside them) and indexes, falling."""
    rows = database.execute(
        """
        SELECT relname, CASE relkind WHEN 'r' THEN pg_table_size(oid) ELSE pg_relation_size(oid) END
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
        ORDER BY 2 DESC LIMIT 12
        """
    ).fetchall()
    return [Size(*row) for row in rows]


def first_snapshot() -> tuple[Times, float]:
    """Read the whole index into this process; return how long it takes and its MB."""
    before = memory_mb(shared=False)
    times = measure([current_snapshot], warm=False)
    return times, memory_mb(shared=False) - before


def insert_cost(library: Library, *, photos: int) -> Times:
    """Record analyses that find five faces each, with all indexes on; then take them away again."""
    faces = library.block(0, 100).faces
    results = list(_results(faces, photos * FACES_A_PHOTO))
    assets = list(Asset.objects.filter(faces=None).order_by("-pk")[:photos])
    AnalysisRun.objects.filter(asset__in=assets).delete()
    version, net = library.manifest.version, library.manifest.embedding_net
    calls = []
    for place, asset in enumerate(assets):
        claim = claim_run(AnalysisRun.objects.create(asset=asset, pipeline_version=version).pk)
        assert claim is not None
        own = results[place * FACES_A_PHOTO : (place + 1) * FACES_A_PHOTO]
        calls.append(lambda claim=claim, own=own: record_results(claim, own, embedding_net=net))
    times = measure(calls, warm=False)
    Face.objects.filter(asset__in=assets).delete()
    AnalysisRun.objects.filter(asset__in=assets).update(face_count=0)
    fold_changes()
    return times


def fold_cost(faces: int) -> Times:
    """Bring so many changed faces into the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE analysis_face SET quality_score = quality_score + 0.001 "
            "WHERE id IN (SELECT id FROM analysis_face ORDER BY id LIMIT %s)",
            [faces],
        )
    return measure([lambda: fold_changes(wait=True)], warm=False)


def _results(faces: Faces, count: int) -> Iterator[FaceResult]:
    """Yield made-up faces as the pipeline gives them, apart from each other."""
    for index in range(count):
        row = index % len(faces.numbers)
        box = Box(200.0 * (index % FACES_A_PHOTO), 10.0, 150.0, 190.0)
        left, right = faces.pupils[row].reshape(2, 3).tolist()
        yield FaceResult(
            box=box,
            score=float(faces.scores[row]),
            keypoints=np.zeros((5, 2), np.float32),
            mesh=np.zeros((478, 3), np.float32),
            landmarks=faces.landmarks[row].reshape(105, 2),
            pupils=(Pupil(*left), Pupil(*right)),
            pose=Pose(*faces.poses[row].tolist()),
            readings=_readings(faces, row),
            quality=Quality(*faces.qualities[row].tolist()),
            embedding=faces.embeddings[row],
        )


def _readings(faces: Faces, row: int) -> dict[str, float | dict[str, float]]:
    """Return readings as the nets give them, by the labels that the manifest declares."""
    readings: dict[str, float | dict[str, float]] = {}
    for spec in (one for net in load_manifest().nets for one in net.readings):
        values = faces.readings[spec.name][row].tolist()
        labelled = dict(zip(spec.labels, values, strict=False))
        readings[spec.name] = labelled or values[0]
    return readings
