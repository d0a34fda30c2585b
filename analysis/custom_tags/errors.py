"""What a person who teaches a tag did wrong, or has to do first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from dam.errors import DamError


class UnknownTag(DamError):
    """There is no custom tag of that name."""

    code = "unknown_tag"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no tag {name!r} of your own.")


class UnknownVersion(DamError):
    """The tag has no version of that number."""

    code = "unknown_version"
    status = 404

    def __init__(self, number: int) -> None:
        super().__init__(f"This tag has no version {number}.")


class TooManyTags(DamError):
    """There are as many tags as there may be."""

    code = "too_many_tags"
    status = 409

    def __init__(self, most: int) -> None:
        message = f"There are {most} tags already, which is the most: delete one first."
        super().__init__(message, fields={"label": [message]})


class UnknownFaces(DamError):
    """Some of the faces do not exist, or not any more."""

    code = "unknown_faces"
    status = 400

    def __init__(self, field: str, uids: Sequence[UUID]) -> None:
        super().__init__(
            "Some of the faces are not there (any more). Nothing was changed.",
            fields={field: [f"There is no face {uid}." for uid in uids]},
        )


class TooFewExamples(DamError):
    """A tag needs more examples of yes or of no."""

    code = "too_few_examples"
    status = 422

    def __init__(self, *, yes: int, no: int, needed: int, other_nets: int) -> None:
        lacking = [
            f"{needed - count} more {word}"
            for count, word in ((yes, "yes"), (no, "no"))
            if count < needed
        ]
        message = (
            f"{needed} faces with yes and {needed} with no are needed; there are {yes} and {no}. "
            f"Mark {' and '.join(lacking)}."
        )
        if other_nets:
            message += (
                f" {other_nets} marked faces were analyzed by other nets and do not count until "
                "their photos are analyzed again: manage.py analyze_assets --missing."
            )
        super().__init__(message)


class TooAlike(DamError):
    """All examples of yes, or of no, are of one photo or of pictures that are nearly the same."""

    code = "too_alike"
    status = 422

    def __init__(self, value: str) -> None:
        super().__init__(
            f"The faces marked {value} are all from one photo, or nearly the same picture, so "
            f"nothing tells how right the tag would be on others. Mark {value} in other photos."
        )


class OtherNets(DamError):
    """A version was trained on embeddings of nets that are not in use any more."""

    code = "other_nets"
    status = 409

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Version {number} was trained for other nets than those in use. Train the tag again."
        )
