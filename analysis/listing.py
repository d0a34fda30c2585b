"""Querysets for lists of assets and faces, which load what is shown in a few queries."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from analysis.models import AnalysisRun, Face
from dam.models import Asset
from dam.verdicts.lists import told_outcomes


def assets_with_runs(assets: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """Return assets with their runs, the newest run of each first, and what rules said of them.

    All of the library, unless others are given.
    """
    found = Asset.objects.all() if assets is None else assets
    newest = Prefetch("runs", AnalysisRun.objects.order_by("-id"))
    return found.prefetch_related(newest, told_outcomes())


def assets_for_lists(assets: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """Return what `assets_with_runs` does, with the collections, too, by name."""
    return assets_with_runs(assets).prefetch_related("collections")


def assets_with_faces(*, landmarks: bool, assets: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """Return what `assets_for_lists` does, with the faces, too, the largest first."""
    faces = faces_for_lists(landmarks=landmarks).order_by("position")
    return assets_for_lists(assets).prefetch_related(Prefetch("faces", faces))


def faces_for_lists(*, landmarks: bool) -> QuerySet[Face]:
    """Return present faces and tags; no embeddings, and landmarks only if they are wanted."""
    faces = Face.objects.present().prefetch_related("tags").defer("embedding")
    return faces if landmarks else faces.defer("landmarks")


def faces_for_tiles() -> QuerySet[Face]:
    """Return present faces with what a small picture of each needs: no readings, no tags."""
    faces = Face.objects.present().select_related("asset")
    return faces.only("uid", "position", "asset__uid", "asset__name")
