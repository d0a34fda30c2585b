"""What a system has to do so that pictures can be pulled from it and tags be written back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, ClassVar, Protocol

from analysis.photo_tags import PhotoTags

# Other files are not looked at: videos and documents would be pulled only to be refused.
PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
    | {".avif", ".heic", ".heif"}
)


@dataclass(frozen=True, slots=True)
class Field:
    """One of the things that a system has to be told, such as the name of a bucket."""

    name: str
    label: str
    help: str = ""
    placeholder: str = ""
    default: str = ""
    is_required: bool = True
    is_secret: bool = False
    """Nobody is shown it again."""
    names_server: bool = False
    """Where it changes, secrets have to be given again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A picture that a system has."""

    key: str
    """What the system calls it; stays the same as long as it is the same picture to people."""
    version: str
    """Another text whenever its bytes, or what is said of them, are others."""
    size_bytes: int | None = None
    modified_at: datetime | None = None
    label: str = ""
    """What people call it, where that is not the key."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the pictures, and the place in the list from which the next ones follow."""

    items: tuple[Found, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes, its name and folder, and XMP that says something of it."""

    file: IO[bytes]
    name: str
    folder: str = ""
    sidecar: bytes = b""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing back: the picture's version by now, and whether anything changed."""

    version: str
    is_changed: bool


class System(Protocol):
    """A kind of system, and with its options one of them.

    Where a system cannot be used now, methods raise SystemUnavailable, where that will not change
    by itself SystemRefused, and ItemFailed where it is about one picture.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]
    """What it does, in a sentence or two."""
    fields: ClassVar[tuple[Field, ...]]

    def __init__(self, options: Mapping[str, str]) -> None:
        """Take the texts of all fields. Raises InvalidOptions; asks nobody yet."""

    def place(self) -> str:
        """Return where the pictures are, in words without secrets."""

    def check(self) -> None:
        """Raise where the system cannot be used."""

    def list_pages(self, cursor: str) -> Iterator[Page]:
        """Yield what there is after a place in the list; "" is its beginning."""

    def open(self, key: str, *, version: str) -> AbstractContextManager[Picture]:
        """Give a picture that was listed in that version."""

    def write_back(self, key: str, *, version: str, tags: PhotoTags) -> Written:
        """Write what is said of a picture in place of what was written before.

        Leaves alone what others said of it. Doing it twice changes nothing.
        """


def is_picture(name: str) -> bool:
    """Tell whether a file may be a picture, by the end of its name."""
    return PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES
