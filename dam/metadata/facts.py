"""What a picture's file says of it, as it is stored and shown. Pure data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MOST_LINE = 300
MOST_TEXT = 5_000
MOST_ITEMS = 200
# Lightroom and digiKam write as many when they find faces in a crowd.
MOST_REGIONS = 500
# What is not shown but belongs to how letters of some scripts join.
_JOINERS = "\u200c\u200d"
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Region:
    """A marked part of the upright picture; its sides are shares of the picture's, 0 to 1."""

    name: str
    """Whom or what it shows; "" if nobody said."""
    left: float
    top: float
    width: float
    height: float

    def overlap(self, other: Region) -> float:
        """Return the intersection over the union, 0 to 1."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.width * self.height + other.width * other.height - shared)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a picture. Blank and empty means that nothing is said."""

    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    creator: tuple[str, ...] = ()
    copyright: str = ""
    taken_at: str = ""
    """ISO 8601, as exact as the file says: a year, a month, a day, a time with or without zone."""
    city: str = ""
    country: str = ""
    rating: int | None = None
    """1 to 5; −1 is rejected."""
    camera: str = ""
    people: tuple[str, ...] = ()
    """Who is shown, also without a region."""
    regions: tuple[Region, ...] = ()
    orientation: int = 1
    """EXIF's, 1 to 8: how the stored pixels lie."""

    def over(self, other: Metadata) -> Metadata:
        """Return this where it says something, else the other; keywords and people of both."""
        said: dict[str, Any] = {
            one.name: getattr(self, one.name) or getattr(other, one.name) for one in fields(self)
        }
        both = {
            "keywords": distinct((*self.keywords, *other.keywords)),
            "people": distinct((*self.people, *other.people)),
            "orientation": self.orientation,
        }
        return replace(self, **{**said, **both})

    def texts(self) -> Iterator[str]:
        """Yield all that can be searched for."""
        yield from (self.title, self.description, *self.keywords, *self.creator)
        yield from (self.city, self.country, *self.people)
        yield from (region.name for region in self.regions)

    def to_json(self) -> dict[str, Any]:
        """Return what is said as it is stored; what is not said is left out."""
        said: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "regions":
                value = [_region_json(region) for region in value]
            elif isinstance(value, tuple):
                value = list(value)
            if value not in ("", None, []):
                said[one.name] = value
        return said


def from_json(stored: Mapping[str, Any]) -> Metadata:
    """Return what was stored; an asset of before has nothing."""
    known = {one.name for one in fields(Metadata)}
    values = {name: value for name, value in stored.items() if name in known}
    for name in ("keywords", "creator", "people"):
        values[name] = tuple(values.get(name, ()))
    values["regions"] = tuple(Region(**region) for region in values.get("regions", ()))
    return Metadata(**values)


def line(text: str) -> str:
    """Return a text on one line, composed, without what cannot be shown."""
    return " ".join(paragraphs(text).split())[:MOST_LINE].rstrip()


def paragraphs(text: str) -> str:
    """Return a text with its line breaks, composed, without what cannot be shown."""
    composed = unicodedata.normalize("NFC", text[: 2 * MOST_TEXT])
    broken = composed.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(letter for letter in broken if _is_shown(letter))
    lines = (_SPACES.sub(" ", one).strip() for one in shown.split("\n"))
    return "\n".join(lines).strip()[:MOST_TEXT].rstrip()


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts on one line each, without blanks and repetitions, MOST_ITEMS at most."""
    kept = dict.fromkeys(one for one in map(line, texts) if one)
    return tuple(kept)[:MOST_ITEMS]


def _is_shown(letter: str) -> bool:
    return letter.isprintable() or letter.isspace() or letter in _JOINERS


def _region_json(region: Region) -> dict[str, Any]:
    sides = {name: round(getattr(region, name), 6) for name in ("left", "top", "width", "height")}
    return {"name": region.name, **sides}
