"""Takes back the last thing that was said of a face, or of one of its tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import transaction

from analysis.decisions.errors import NotUndoable
from analysis.decisions.rejecting import reject_face, restore_face
from analysis.models import Face, FaceDecision, TagCorrection
from analysis.tagging import FaceGone, lock_assets, restore_tags
from dam.models import User

Row = TypeVar("Row", FaceDecision, TagCorrection)


def standing(rows: Sequence[Row]) -> list[Row]:
    """Return those rows of a history that still stand: neither taken back nor taking back."""
    undone = {row.undoes for row in rows if row.undoes is not None}
    return [row for row in rows if row.undoes is None and row.pk not in undone]


def undo_correction(correction: TagCorrection, *, user: User | None) -> None:
    """Let stand again what was said of a tag before, or what the nets say.

    Raises NotUndoable unless it is the last that stands, and FaceGone.
    """
    face = correction.face
    with transaction.atomic():
        _hold(face)
        said = TagCorrection.objects.filter(face=face, facet=correction.facet).order_by("-id")
        rows = standing(list(said))
        if not rows or rows[0].pk != correction.pk:
            raise NotUndoable
        before = rows[1].value if len(rows) > 1 else ""
        restore_tags(
            {face.pk: before or None}, facet=correction.facet, user=user, undoes=correction.pk
        )


def undo_decision(decision: FaceDecision, *, user: User | None) -> None:
    """Let a face be what it was before somebody decided about it.

    Raises NotUndoable unless it is the last that stands, and FaceGone.
    """
    face = decision.face
    with transaction.atomic():
        lock_assets([face.asset_id])
        rows = standing(list(FaceDecision.objects.filter(face=face).order_by("-id")))
        if not rows or rows[0].pk != decision.pk:
            raise NotUndoable
        if decision.kind == FaceDecision.Kind.REJECTED:
            restore_face(face, user=user, undoes=decision.pk)
        else:
            reject_face(face, user=user, undoes=decision.pk)


def _hold(face: Face) -> None:
    lock_assets([face.asset_id])
    if not Face.objects.present().filter(pk=face.pk).exists():
        raise FaceGone
