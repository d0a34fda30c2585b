"""How what is found is listed: what comes first, what counts as found, and in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Order(StrEnum):
    """What comes first: by the time of storing, or the best or largest face."""

    NEWEST = "newest"
    OLDEST = "oldest"
    QUALITY = "quality"
    SIZE = "size"


class Scope(StrEnum):
    """Whether one face has to meet all that is asked, or the faces of a photo may share it."""

    FACE = "face"
    PHOTO = "photo"


class Show(StrEnum):
    """What is listed and counted."""

    FACES = "faces"
    PHOTOS = "photos"


# By parameter: what holds where nothing is said.
CHOICES: Mapping[str, Order | Scope | Show] = {
    "order": Order.NEWEST,
    "scope": Scope.FACE,
    "show": Show.FACES,
}
