"""Facts of IPTC datasets."""

from __future__ import annotations

import re

from dam.metadata.embedded import IptcDatasets
from dam.metadata.exif import decode
from dam.metadata.facts import Metadata, distinct, line, paragraphs

_TITLE, _KEYWORDS, _DATE_CREATED, _TIME_CREATED, _BYLINE = 5, 25, 55, 60, 80
_CITY, _COUNTRY, _HEADLINE, _COPYRIGHT, _CAPTION = 90, 101, 105, 116, 120

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?")


def iptc_facts(found: IptcDatasets) -> Metadata:
    """Return what the datasets of IPTC's second record say."""
    return Metadata(
        title=line(_one(found, _TITLE) or _one(found, _HEADLINE)),
        description=paragraphs(_one(found, _CAPTION)),
        keywords=distinct(_all(found, _KEYWORDS)),
        creator=distinct(_all(found, _BYLINE)),
        copyright=line(_one(found, _COPYRIGHT)),
        taken_at=_taken_at(_one(found, _DATE_CREATED), _one(found, _TIME_CREATED)),
        city=line(_one(found, _CITY)),
        country=line(_one(found, _COUNTRY)),
    )


def _all(found: IptcDatasets, number: int) -> list[str]:
    value = found.get((2, number), [])
    values = value if isinstance(value, list) else [value]
    # Few programs name their character set, and some name a wrong one.
    return [decode(one) for one in values if isinstance(one, bytes)]


def _one(found: IptcDatasets, number: int) -> str:
    values = _all(found, number)
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
