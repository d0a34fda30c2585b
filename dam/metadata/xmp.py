"""Facts of XMP properties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dam.metadata.exif import camera
from dam.metadata.facts import Metadata, distinct, line, paragraphs
from dam.metadata.regions import Properties, Stored, read_regions

_DATES = ("photoshop.DateCreated", "exif.DateTimeOriginal", "xmp.CreateDate")
# A year, a month, a day, or a time; seconds and zone may be left out.
_ISO = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?)?)?)?")
# Keywords with those above them: digiKam, Lightroom, ACDSee and Windows.
_PATHS = (("digiKam.TagsList", "/"), ("lr.hierarchicalSubject", "|"))
# Above the keywords that we made of tags: faces have those anyway, and may have others by now.
OWN_ROOT = "Facet"
PEOPLE_ROOT = "People"
# Where digiKam, Lightroom and others keep the names of people.
_PEOPLE_ROOTS = frozenset({"people", "persons", "personen", "personnes", "personas", "persone"})


def xmp_facts(found: Properties, stored: Stored) -> Metadata:
    """Return what XMP says of a picture that is stored so."""
    regions = read_regions(found, stored)
    own = {path[-1] for path in _paths(found) if path[0] == OWN_ROOT}
    words = (*found.get("dc.subject", ()), *(path[-1] for path in _paths(found)))
    return Metadata(
        title=line(_one(found, "dc.title") or _one(found, "photoshop.Headline")),
        description=paragraphs(_one(found, "dc.description")),
        keywords=distinct(word for word in words if word not in own),
        creator=distinct(found.get("dc.creator", ())),
        copyright=line(_one(found, "dc.rights")),
        taken_at=next(filter(None, (_date(_one(found, key)) for key in _DATES)), ""),
        city=line(_one(found, "photoshop.City") or _place(found, "City")),
        country=line(_one(found, "photoshop.Country") or _place(found, "CountryName")),
        rating=_rating(_one(found, "xmp.Rating")),
        camera=camera(_one(found, "tiff.Make"), _one(found, "tiff.Model")),
        people=distinct(
            (
                *found.get("iptcExt.PersonInImage", ()),
                *(region.name for region in regions),
                *_people(found),
            )
        ),
        regions=regions,
    )


def _one(found: Properties, key: str) -> str:
    values = found.get(key)
    return values[0] if values else ""


def _paths(found: Properties) -> Iterator[list[str]]:
    for key, sign in _PATHS:
        for path in found.get(key, ()):
            if parts := [part for part in path.split(sign) if part.strip()]:
                yield parts


def _people(found: Properties) -> Iterator[str]:
    for parts in _paths(found):
        if len(parts) > 1 and parts[0].strip().casefold() in _PEOPLE_ROOTS:
            yield parts[-1]


def _date(text: str) -> str:
    text = text.strip()
    return text if _ISO.fullmatch(text) and not text.startswith("0000") else ""


def _rating(text: str) -> int | None:
    try:
        stars = int(float(text))
    except (ValueError, OverflowError):
        return None
    return stars if stars == -1 or 1 <= stars <= 5 else None


def _place(found: Properties, name: str) -> str:
    for place in ("LocationShown[1]", "LocationCreated[1]", "LocationCreated"):
        text = _one(found, f"iptcExt.{place}/iptcExt:{name}")
        if text:
            return text
    return ""
