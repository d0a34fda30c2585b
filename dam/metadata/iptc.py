"""Facts of IPTC datasets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dam.metadata.exif import decode
from dam.metadata.facts import Metadata, distinct, line, paragraphs

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?")


def iptc_facts(found: Mapping[str, Sequence[bytes]]) -> Metadata:
    """Return what IPTC says; the keys are exiv2's without "Iptc."."""
    return Metadata(
        title=line(_one(found, "ObjectName") or _one(found, "Headline")),
        description=paragraphs(_one(found, "Caption")),
        keywords=distinct(_all(found, "Keywords")),
        creator=distinct(_all(found, "Byline")),
        copyright=line(_one(found, "Copyright")),
        taken_at=_taken_at(_one(found, "DateCreated"), _one(found, "TimeCreated")),
        city=line(_one(found, "City")),
        country=line(_one(found, "CountryName")),
    )


def _all(found: Mapping[str, Sequence[bytes]], name: str) -> list[str]:
    # Few programs name their character set, and some name a wrong one.
    return [decode(value) for value in found.get(f"Application2.{name}", ())]


def _one(found: Mapping[str, Sequence[bytes]], name: str) -> str:
    values = _all(found, name)
    return values[0] if values else ""


def _taken_at(date: str, time: str) -> str:
    day = _DATE.fullmatch(date.strip())
    if not day or day[1] == "0000":
        return ""
    clock = _TIME.fullmatch(time.strip())
    if not clock:
        return "-".join(day.groups())
    hour, minute, second, zone, rest = clock.groups()
    offset = f"{zone}:{rest}" if zone else ""
    return f"{day[1]}-{day[2]}-{day[3]}T{hour}:{minute}:{second}{offset}"
