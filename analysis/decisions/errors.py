"""What may be wrong with what a person says about a face itself."""

from __future__ import annotations

from analysis.models import Face
from dam.errors import DamError


class FaceExists(DamError):
    """There is a face already where somebody drew one."""

    code = "face_exists"
    status = 409

    def __init__(self, face: Face) -> None:
        super().__init__(f"Face {face.position + 1} is there already.")


class InvalidBox(DamError):
    """A box is too small, or outside of the picture."""

    code = "invalid_box"
    status = 400


class NotRejected(DamError):
    """There is nothing to restore: nobody said that it is no face."""

    code = "not_rejected"
    status = 409

    def __init__(self) -> None:
        super().__init__("Nobody said of this that it is no face, so there is nothing to restore.")


class AssetGone(DamError):
    """The photo was deleted meanwhile."""

    code = "not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__("This photo is not there any more.")


class NotUndoable(DamError):
    """A change is taken back already, or something was changed after it."""

    code = "not_undoable"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This cannot be undone any more: it was taken back already, or changed again since."
        )
