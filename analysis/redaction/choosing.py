"""Which faces of a photo are hidden."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from analysis.models import AnalysisRun, Face
from dam.errors import DamError
from dam.models import Asset


class Hide(StrEnum):
    """Which faces: all, the chosen ones, or all others."""

    ALL = "all"
    CHOSEN = "chosen"
    OTHERS = "others"


class NotAnalyzed(DamError):
    """Nobody has looked for the faces of a picture yet, so none could be hidden."""

    code = "not_analyzed"
    status = 409
    retry = True

    def __init__(self) -> None:
        super().__init__(
            "The faces of this photo are not known: wait until it is analyzed, or analyze it again."
        )


class InvalidChoice(DamError):
    """The faces that are named are none of the photo's, or none is named."""

    code = "invalid"
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"face": [message]})


def choose_faces(asset: Asset, hide: Hide, *, chosen: Collection[UUID]) -> list[Face]:
    """Return the faces of a photo that are to be hidden.

    Raises NotAnalyzed rather than let faces through that nobody looked for, and InvalidChoice.
    """
    faces = list(
        Face.objects.present().filter(asset=asset).defer("embedding", "landmarks", "readings")
    )
    was_found = any(not face.is_drawn for face in faces)
    if not was_found and not asset.runs.filter(status=AnalysisRun.Status.SUCCEEDED).exists():
        raise NotAnalyzed
    if unknown := set(chosen) - {face.uid for face in faces}:
        raise InvalidChoice(f"These are no faces of this photo: {', '.join(map(str, unknown))}.")
    if hide is Hide.ALL:
        return faces
    if hide is Hide.CHOSEN and not chosen:
        raise InvalidChoice("Choose the faces that are to be hidden.")
    return [face for face in faces if (face.uid in chosen) == (hide is Hide.CHOSEN)]
