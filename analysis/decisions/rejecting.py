"""Faces of which a person says that they are none, and taking that back."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from analysis.decisions.errors import NotRejected
from analysis.decisions.notes import note
from analysis.models import Face, FaceDecision
from analysis.ranking import recount_faces
from analysis.tagging import FaceGone, lock_assets
from dam.models import User


def reject_face(face: Face, *, user: User | None, undoes: int | None = None) -> None:
    """Let a face appear nowhere any more, whatever later analyses find in its place.

    Saying it again changes nothing. `undoes` is the decision that this takes back. Raises FaceGone.
    """
    with transaction.atomic():
        held = _hold(face)
        if held.rejected_at is not None:
            return
        if held.retired_at is not None:
            raise FaceGone
        Face.objects.filter(pk=face.pk).update(retired_at=Now(), rejected_at=Now())
        note(face, FaceDecision.Kind.REJECTED, user=user, undoes=undoes)
        recount_faces(face.asset_id)


def restore_face(face: Face, *, user: User | None, undoes: int | None = None) -> None:
    """Take back that a face is none. Raises NotRejected and FaceGone."""
    with transaction.atomic():
        if _hold(face).rejected_at is None:
            raise NotRejected
        Face.objects.filter(pk=face.pk).update(retired_at=None, rejected_at=None)
        note(face, FaceDecision.Kind.RESTORED, user=user, undoes=undoes)
        recount_faces(face.asset_id)


def _hold(face: Face) -> Face:
    """Hold the face's asset until the transaction ends; return the face as it is now."""
    lock_assets([face.asset_id])
    held: Face | None = Face.objects.filter(pk=face.pk).defer("embedding", "landmarks").first()
    if held is None:
        raise FaceGone
    return held
