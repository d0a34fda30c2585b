"""Facts of EXIF tags, as Pillow reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PIL.ExifTags import Base

from dam.metadata.facts import Metadata, distinct, line, paragraphs

# What cameras write where nobody described anything.
_BOILERPLATE = re.compile(
    r"(olympus|minolta|konica minolta|samsung|kodak)? ?digital (still )?camera|sony dsc|dcim"
    r"|default|exif_jpeg_\w+|picture|untitled",
    re.I,
)
_TIME = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d|Z")


def exif_facts(tags: Mapping[int, Any]) -> Metadata:
    """Return what EXIF says; tags of Windows are taken where the standard's say nothing."""
    description = paragraphs(_text(tags, Base.ImageDescription) or _wide(tags, Base.XPComment))
    title = line(_wide(tags, Base.XPTitle))
    rating = tags.get(Base.Rating)
    return Metadata(
        title=title,
        description="" if _BOILERPLATE.fullmatch(description) else description,
        keywords=distinct(_wide(tags, Base.XPKeywords).split(";")),
        creator=distinct((_text(tags, Base.Artist) or _wide(tags, Base.XPAuthor)).split(";")),
        # The parts for photographer and editor are separated by a zero.
        copyright=line(_text(tags, Base.Copyright).replace("\0", " ")),
        taken_at=_taken_at(tags),
        rating=rating if isinstance(rating, int) and 1 <= rating <= 5 else None,
        camera=camera(_text(tags, Base.Make), _text(tags, Base.Model)),
    )


def camera(make: str, model: str) -> str:
    """Return a camera's name; many models begin with the maker's."""
    make, model = line(make), line(model)
    first = make.split(" ")[0].casefold()
    return model if first and model.casefold().startswith(first) else line(f"{make} {model}")


def _taken_at(tags: Mapping[int, Any]) -> str:
    for tag, zone in (
        (Base.DateTimeOriginal, Base.OffsetTimeOriginal),
        (Base.DateTimeDigitized, Base.OffsetTimeDigitized),
    ):
        match = _TIME.match(_text(tags, tag).strip())
        if match and match[1] != "0000":
            year, month, day, hour, minute, second = match.groups()
            offset = _OFFSET.fullmatch(_text(tags, zone).strip(" \0"))
            ending = offset[0] if offset else ""
            return f"{year}-{month}-{day}T{hour}:{minute}:{second}{ending}"
    return ""


def _text(tags: Mapping[int, Any], tag: Base) -> str:
    value = tags.get(tag, "")
    if isinstance(value, bytes):
        return decode(value).rstrip("\0")
    if not isinstance(value, str):
        return ""
    # Pillow takes bytes for Latin-1, and nearly everybody writes UTF-8.
    try:
        return decode(value.encode("latin-1")).rstrip("\0")
    except UnicodeEncodeError:
        return value.rstrip("\0")


def _wide(tags: Mapping[int, Any], tag: Base) -> str:
    """Return the text of a tag of Windows, which is UTF-16 in bytes."""
    value = tags.get(tag, b"")
    if isinstance(value, tuple) and all(isinstance(one, int) and 0 <= one < 256 for one in value):
        value = bytes(value)
    return value.decode("utf-16-le", "ignore").rstrip("\0") if isinstance(value, bytes) else ""


def decode(value: bytes) -> str:
    """Return text of an unknown encoding: UTF-8 if it is that, else what Windows wrote."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")
