"""People with a name: in how many photos each is, and one of their faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from analysis.models import FaceTag
from analysis.people import PERSON
from search.matching import find_matches
from search.matching.tallies import tally
from search.query import FaceQuery, Show

# More names than anybody has given.
MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody with a name."""

    name: str
    photo_count: int
    face_uid: str
    """Of their best face, as the quality scores say; empty if it went away just now."""
    photos: FaceQuery
    faces: FaceQuery


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of the people whose names are asked for, those in most photos first."""

    people: tuple[NamedPerson, ...]
    total: int
    """How many there are on all pages."""


def list_people(text: str = "", *, offset: int = 0, limit: int) -> PeoplePage:
    """Return people whose names contain a text, whatever its case; all, if it is empty.

    Takes two queries, however many people there are.
    """
    counts = tally(find_matches(FaceQuery(show=Show.PHOTOS)), [PERSON])
    wanted = text.casefold()
    names = [name for name in counts.most_frequent(PERSON, MOST_NAMES) if wanted in name.casefold()]
    shown = names[offset : offset + limit]
    faces = _best_faces(shown)
    people = tuple(
        NamedPerson(
            name,
            photo_count=counts.count(PERSON, name),
            face_uid=faces.get(name, ""),
            photos=_with(name, Show.PHOTOS),
            faces=_with(name, Show.FACES),
        )
        for name in shown
    )
    return PeoplePage(people, len(names))


def _best_faces(names: Sequence[str]) -> dict[str, str]:
    """Return the uid of each person's best face."""
    present = FaceTag.objects.filter(
        facet=PERSON, value__in=names, face__retired_at=None, face__asset__refused_at=None
    )
    best = present.order_by("value", F("face__quality_score").desc()).distinct("value")
    return {name: str(uid) for name, uid in best.values_list("value", "face__uid")}


def _with(name: str, show: Show) -> FaceQuery:
    return FaceQuery(tags={PERSON: frozenset({name})}, show=show)
