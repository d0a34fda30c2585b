"""Faces that a person draws where the detector saw none."""

from __future__ import annotations

from math import isfinite

from django.db import transaction
from django.db.models import F

from analysis import nets
from analysis.decisions.errors import AssetGone, FaceExists, InvalidBox
from analysis.decisions.notes import note
from analysis.face_crops import store_face_crop
from analysis.faces import apply_result
from analysis.in_time import run_in_time
from analysis.matching import match_faces
from analysis.models import Face, FaceDecision
from analysis.naming import name_faces
from analysis.originals import read_original
from analysis.pipeline.types import Box, FaceResult
from analysis.ranking import recount_faces
from analysis.recording import queue_run
from analysis.tagging import apply_model_tags, lock_assets
from dam.models import Asset, User

# Of the shorter side: in fewer pixels even a person sees no face.
MIN_SIDE_PX = 8
# People draw boxes more generously than the detector: with hair, ears and neck.
MIN_OVERLAP = 0.25


def draw_face(asset: Asset, box: Box, *, user: User | None) -> Face:
    """Look at a box of a picture at once, and store the face that a person says is there.

    Where there was a face that an analysis lost, or that somebody called none, that one comes back.
    Raises InvalidBox, FaceExists, AssetGone, and what `read_original`, the nets and `run_in_time`
    raise.
    """
    box = fit_box(box, width=asset.width, height=asset.height)
    pipeline = nets.pipeline()
    image = read_original(asset)
    result = run_in_time(lambda: pipeline.analyze_box(image, box, min_overlap=MIN_OVERLAP))
    store_face_crop(asset.digest, result.box, image)
    with transaction.atomic():
        lock_assets([asset.pk])
        if not Asset.objects.filter(pk=asset.pk).exists():
            raise AssetGone
        face = _write_face(asset, result)
        face.run = queue_run(asset, version=pipeline.version)
        face.embedding_net = pipeline.embedding_net
        face.save()
        apply_model_tags([face])
        name_faces(asset.pk, [face])
        recount_faces(asset.pk)
        note(face, FaceDecision.Kind.DRAWN, user=user)
    face.refresh_from_db(fields=["position"])
    return face


def fit_box(box: Box, *, width: int, height: int) -> Box:
    """Return what of a box is inside the picture. Raises InvalidBox if that is too little."""
    left, top = max(box.left, 0.0), max(box.top, 0.0)
    right, bottom = min(box.left + box.width, width), min(box.top + box.height, height)
    is_finite = all(map(isfinite, (box.left, box.top, box.width, box.height)))
    if not is_finite or min(right - left, bottom - top) < MIN_SIDE_PX:
        raise InvalidBox(
            f"A face needs a box of {MIN_SIDE_PX} × {MIN_SIDE_PX} pixels at least, inside the "
            f"picture of {width} × {height}."
        )
    # As precise as it is shown; single precision cannot hold the smallest numbers of Python.
    return Box(*(round(number, 2) for number in (left, top, right - left, bottom - top)))


def _write_face(asset: Asset, result: FaceResult) -> Face:
    """Return the face that a result is, or a new one, not saved yet. Raises FaceExists."""
    stored = Face.objects.filter(asset=asset)
    known = list(stored.order_by(F("retired_at").asc(nulls_first=True), "position"))
    (match,) = match_faces(known, [result])
    if match.face is not None and match.face.retired_at is None:
        raise FaceExists(match.face)
    face = match.face or Face(asset=asset)
    apply_result(face, result)
    face.origin = Face.Origin.DRAWN
    face.retired_at = face.rejected_at = None
    # Free until all are numbered anew.
    face.position = len(known)
    return face
