"""A picture that is not stored, and the face in it that others should look like."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from analysis.adhoc import PictureAnalysis, analyze_picture
from analysis.models import Face
from dam.errors import DamError
from dam.imaging import ImageInfo
from search.query import InvalidQuery


class NoFace(DamError):
    """A picture in which nothing looks like a face."""

    code = "no_face"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            "No face was found in this picture. Take one in which the face is larger and clearer, "
            "or less covered."
        )


class UploadGone(DamError):
    """A session keeps a picture for a while only."""

    code = "upload_gone"
    status = 410

    def __init__(self) -> None:
        super().__init__("That picture is not kept any more. Choose it again.")


class SeveralFaces(DamError):
    """A picture with more than one face, none of which was chosen."""

    code = "several_faces"
    status = 422

    def __init__(self, faces: tuple[Face, ...]) -> None:
        last = len(faces) - 1
        super().__init__(
            f"There are {len(faces)} faces in this picture. Send it again with `face`, the "
            "position of the one to look for.",
            fields={"face": [f"Must be given: a number from 0 to {last}."]},
        )
        self.faces = faces


def look_at(
    stream: BinaryIO,
    *,
    crop_px: int | None = None,
    admit: Callable[[ImageInfo], None] | None = None,
) -> PictureAnalysis:
    """Find the faces of a picture, the largest first; stores nothing.

    Raises NoFace and what `analyze_picture` raises, which calls `admit`.
    """
    analysis = analyze_picture(stream, crop_px=crop_px, admit=admit)
    if not analysis.faces:
        raise NoFace
    return analysis


def choose_face(analysis: PictureAnalysis, position: int | None) -> Face:
    """Return the face at a position, or the only one.

    Raises SeveralFaces where none was chosen of several, InvalidQuery for a position without one.
    """
    faces = analysis.faces
    if position is None:
        if len(faces) > 1:
            raise SeveralFaces(faces)
        return faces[0]
    if not 0 <= position < len(faces):
        raise InvalidQuery({"face": [f"Must be a number from 0 to {len(faces) - 1}."]})
    return faces[position]
