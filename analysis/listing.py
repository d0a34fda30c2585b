"""Querysets for lists of assets and faces, which load what is shown in a few queries."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from analysis.models import AnalysisRun, Face
from dam.models import Asset


def assets_with_runs() -> QuerySet[Asset]:
    """Return all assets with their runs, the newest run of each first."""
    return Asset.objects.prefetch_related(Prefetch("runs", AnalysisRun.objects.order_by("-id")))


def assets_for_lists() -> QuerySet[Asset]:
    """Return all assets with their runs and their collections, by name."""
    return assets_with_runs().prefetch_related("collections")


def assets_with_faces(*, landmarks: bool) -> QuerySet[Asset]:
    """Return all assets with their runs, collections and faces, the largest first."""
    faces = faces_for_lists(landmarks=landmarks).order_by("position")
    return assets_for_lists().prefetch_related(Prefetch("faces", faces))


def faces_for_lists(*, landmarks: bool) -> QuerySet[Face]:
    """Return present faces and tags; no embeddings, and landmarks only if they are wanted."""
    faces = Face.objects.present().prefetch_related("tags").defer("embedding")
    return faces if landmarks else faces.defer("landmarks")


def faces_for_tiles() -> QuerySet[Face]:
    """Return present faces with what a small picture of each needs: no readings, no tags."""
    faces = Face.objects.present().select_related("asset")
    return faces.only("uid", "position", "asset__uid", "asset__name")
