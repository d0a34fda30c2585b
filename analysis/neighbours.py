"""The photos before and after one, in the list that it was opened from.

The address of a photo's page names that list in its parameter `list`. What such a list is, knows
the app that shows it: it adds a finder. Without the parameter it is the list of all photos.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from analysis.photos import newer_photo, older_photo
from dam.models import Asset
from dam.page_addresses import uid_address

# Longer than any list that people make, shorter than what servers refuse.
MOST_LIST = 4_000


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Addresses of the photos around one, and of their list."""

    previous: str | None
    next: str | None
    back: str


# Gets the photo, the face that is looked at, and the text of `list`; None: it knows no such list.
Finder: TypeAlias = Callable[[Asset, UUID | None, str], Neighbours | None]

_finders: list[Finder] = []


def add_finder(finder: Finder) -> None:
    """Let `neighbours_of` ask a function, too; adding it again changes nothing."""
    if finder not in _finders:
        _finders.append(finder)


def neighbours_of(asset: Asset, *, face: UUID | None = None, listed: str = "") -> Neighbours:
    """Return what is around a photo in a list, or among all photos where nobody knows the list."""
    if listed and len(listed) <= MOST_LIST:
        for finder in _finders:
            found = finder(asset, face, listed)
            if found is not None:
                return found
    newer, older = newer_photo(asset), older_photo(asset)
    return Neighbours(
        previous=photo_address(newer.uid) if newer else None,
        next=photo_address(older.uid) if older else None,
        back=reverse("photos"),
    )


def photo_address(
    uid: UUID, *, face: UUID | None = None, listed: str = "", anchor: str = ""
) -> str:
    """Return the address of a photo's page, with the face to show close up and the list."""
    params = {"list": listed} if listed else {}
    if face:
        params["face"] = str(face)
    query = f"?{urlencode(params)}" if params else ""
    return f"{uid_address('photo', uid)}{query}{f'#{anchor}' if anchor else ''}"
