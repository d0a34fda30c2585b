"""The order of an asset's faces, after one came or went between two analyses."""

from __future__ import annotations

from django.db import connection

from analysis.models import AnalysisRun, Face

_RANK = """
    UPDATE analysis_face AS face SET position = ranked.position
    FROM (
        SELECT id, row_number() OVER (ORDER BY width * height DESC, "left", top, id) - 1 AS position
        FROM analysis_face WHERE asset_id = %(asset_id)s AND retired_at IS NULL
    ) AS ranked
    WHERE face.id = ranked.id AND face.position <> ranked.position
"""


def rank_faces(asset_id: int) -> None:
    """Number an asset's present faces by the areas of their boxes, the largest first.

    Runs in the caller's transaction, which holds `lock_assets`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RANK, {"asset_id": asset_id})


def recount_faces(asset_id: int) -> None:
    """Do as `rank_faces`, and let the asset's newest analysis tell how many there are now."""
    rank_faces(asset_id)
    newest = AnalysisRun.objects.filter(asset_id=asset_id).order_by("-id").values("pk")[:1]
    count = Face.objects.present().filter(asset_id=asset_id).count()
    AnalysisRun.objects.filter(pk__in=newest, face_count__isnull=False).update(face_count=count)
