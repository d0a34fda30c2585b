"""Stored pictures as Scaleflex' asset API shows them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.reverse import reverse

from analysis.compat.scaleflex.faces import render_faces
from analysis.models import AnalysisRun, Face
from analysis.nets import current_version, switched_off_facets, visible_readings
from analysis.recording import queue_runs, requeue_runs
from analysis.tasks import send_run
from dam.imaging import EXTENSIONS
from dam.models import Asset

# Runs that are sent at once; the sweeper sends the others.
SENT_AT_ONCE = 50


def regenerate(uids: Collection[UUID]) -> list[UUID]:
    """Queue those of some assets that are stored, and return their uids in the order given."""
    assets = Asset.objects.filter(uid__in=uids)
    stored = set(assets.values_list("uid", flat=True))
    version = current_version()
    queue_runs(assets, version=version)
    runs = AnalysisRun.objects.filter(asset__uid__in=stored, pipeline_version=version)
    requeue_runs(runs)
    for run_id in runs.order_by("id").values_list("id", flat=True)[:SENT_AT_ONCE]:
        if not send_run(run_id):
            break
    return [uid for uid in uids if uid in stored]


def render_asset(
    asset: Asset, *, request: Request, token: str, landmarks: bool = False
) -> dict[str, Any]:
    """Return a file as the vendor describes it; what was found in it is in `info`.

    The asset has to come from `analysis.listing.assets_with_faces`.
    """
    address = reverse(
        "scaleflex-original", kwargs={"token": token, "uid": asset.uid}, request=request
    )
    return {
        "uuid": str(asset.uid),
        "name": asset.name,
        "extension": PurePosixPath(asset.name).suffix.removeprefix(".").lower()
        or EXTENSIONS[asset.media_type],
        "type": asset.media_type,
        "size": {"bytes": asset.size_bytes, "pretty": _pretty(asset.size_bytes)},
        "hash": {"sha256": asset.digest},
        "url": {"public": address, "permalink": address, "cdn": address},
        "folder": {"name": f"/{asset.folder}"},
        "meta": render_meta(asset),
        "tags": _tags(asset),
        "info": {
            "img_type": asset.media_type.rpartition("/")[2].upper(),
            "img_w": asset.width,
            "img_h": asset.height,
            "face_analysis": _analysis(asset),
            "faces": render_faces(_visible(asset), landmarks=landmarks),
        },
        "created_at": asset.created_at.isoformat(),
        "modified_at": asset.created_at.isoformat(),
    }


def render_meta(asset: Asset) -> dict[str, Any]:
    """Return what is said of a file; clients know its keywords as tags."""
    words = asset.metadata.get("keywords")
    return {**asset.metadata, "tags": words} if words else asset.metadata


def _analysis(asset: Asset) -> dict[str, Any] | None:
    """Return the state of the newest analysis, None where the file was never queued."""
    run = next(iter(asset.runs.all()), None)
    if run is None:
        return None
    return {"status": run.status, "version": run.pipeline_version, "face_count": run.face_count}


def _visible(asset: Asset) -> list[Face]:
    faces = list(asset.faces.all())
    for face in faces:
        face.readings = visible_readings(face.readings)
    return faces


def _tags(asset: Asset) -> list[str]:
    """Return what people and nets say of the faces, as `facet:value`, each once."""
    off = switched_off_facets()
    tags = (tag for face in asset.faces.all() for tag in face.tags.all())
    return sorted({f"{tag.facet}:{tag.value}" for tag in tags if tag.facet not in off})


def _pretty(size_bytes: int) -> str:
    size, unit = float(size_bytes), "B"
    for unit in ("B", "KB", "MB"):  # noqa: B007
        if size < 1000:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
