"""Drawn faces in a new analysis, which may not find them by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import F

from analysis.matching import match_faces
from analysis.models import Face
from analysis.pipeline.types import Box, FaceResult


def add_drawn_faces(
    asset_id: int, results: Sequence[FaceResult], *, look: Callable[[Box], FaceResult]
) -> list[FaceResult]:
    """Return an analysis' results and those of drawn faces that are not among them.

    `look` gives the face in a box. The order is that of the pipeline: the largest box first.
    """
    faces = Face.objects.filter(asset_id=asset_id)
    if not faces.present().filter(origin=Face.Origin.DRAWN).exists():
        return list(results)
    known = list(
        faces.order_by(F("retired_at").asc(nulls_first=True), "position").defer(
            "embedding", "landmarks", "readings"
        )
    )
    matches = match_faces(known, results)
    found = {match.face.pk for match in matches if match.face is not None}
    missed = [face for face in known if face.is_drawn and face.pk not in found]
    all_results = [*results, *(look(face.box) for face in missed)]
    return sorted(all_results, key=lambda one: (-one.box.area, one.box.left, one.box.top))
