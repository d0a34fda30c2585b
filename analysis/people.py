"""The facet "person": whom a face shows. Its values are names, as people and their files say."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from django.db import connection

from analysis.facets import Facet, Tag
from analysis.models import MOST_VALUE, Face

PERSON = "person"

# Between the letters of Persian and of Indic scripts.
_JOINERS = "\u200c\u200d"
# From each name to the next by the index: no row of a name is read twice, however many there are.
_NAMES = """
    WITH RECURSIVE name AS (
        SELECT min(value) AS value FROM analysis_facetag WHERE facet = %(facet)s
        UNION ALL
        SELECT (
            SELECT min(value) FROM analysis_facetag WHERE facet = %(facet)s AND value > name.value
        ) FROM name WHERE name.value IS NOT NULL
    )
    SELECT value FROM name WHERE value IS NOT NULL LIMIT %(limit)s
"""


class PersonFacet(Facet):
    """Names that no net says: they come from people and from what pictures' files tell."""

    def accept(self, value: str) -> str | None:
        """Return a name as it is stored; None if it is blank or too long."""
        return clean_person(value)

    def derive_all(self, faces: Sequence[Face]) -> list[Tag | None]:
        """Return nothing for each face: nets know nobody."""
        return [None] * len(faces)


def person_facets() -> list[Facet]:
    """Return the one facet, as `add_facet_source` wants it."""
    return [PersonFacet(name=PERSON, label="Person", values=(), open=True)]


def clean_person(name: str) -> str | None:
    """Return a name with single spaces, composed (NFC), without what cannot be shown.

    None if nothing is left, or more than MOST_VALUE letters are.
    """
    spaced = " ".join("".join(map(_shown, unicodedata.normalize("NFC", name))).split())
    return spaced if 0 < len(spaced) <= MOST_VALUE else None


def _shown(letter: str) -> str:
    """Return a letter, a space for white space and control characters, or nothing."""
    if letter.isspace() or unicodedata.category(letter) == "Cc":
        return " "
    return letter if letter.isprintable() or letter in _JOINERS else ""


def known_people(limit: int = 500) -> list[str]:
    """Return names that faces have, in alphabetical order."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"facet": PERSON, "limit": limit})
        return [name for (name,) in cursor.fetchall()]
