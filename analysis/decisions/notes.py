"""The one writer of FaceDecision: what people said about whether there is a face."""

from __future__ import annotations

from analysis.models import Face, FaceDecision
from dam.models import User


def note(
    face: Face, kind: FaceDecision.Kind, *, user: User | None, undoes: int | None = None
) -> None:
    """Add what was said to the history, in the caller's transaction.

    `user` is None where a program said it; `undoes` is the row that this takes back.
    """
    FaceDecision.objects.create(face=face, kind=kind, user=user, undoes=undoes)
