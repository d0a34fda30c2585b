"""People with a name: in how many photos each is, and one of their faces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.models import Face
from analysis.people import PERSON
from search.matching import Matches, find_matches
from search.matching.conditions import PartMatches
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
    matches = find_matches(FaceQuery(show=Show.PHOTOS))
    counts = tally(matches, [PERSON])
    wanted = text.casefold()
    names = [name for name in counts.most_frequent(PERSON, MOST_NAMES) if wanted in name.casefold()]
    shown = names[offset : offset + limit]
    faces = _best_faces(matches, shown)
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


def _best_faces(matches: Matches, names: Sequence[str]) -> dict[str, str]:
    """Return the uid of each person's best face; their rows are not compared, who has thousands."""
    best: dict[str, tuple[float, int]] = {}
    for one in matches.parts:
        for name, found in _best_of_part(one, names):
            best[name] = max(found, best.get(name, found))
    ids = [face for _, face in best.values()]
    uids = dict(Face.objects.present().filter(pk__in=ids).values_list("pk", "uid"))
    return {name: str(uids[face]) for name, (_, face) in best.items() if face in uids}


def _best_of_part(
    matches: PartMatches, names: Sequence[str]
) -> Iterator[tuple[str, tuple[float, int]]]:
    """Yield who has a face in a part, with the quality and the id of the best one."""
    columns, planes = matches.part.columns, matches.part.layout.planes
    people = columns.codes.get(PERSON)
    if people is None:
        return
    slots = planes.slots_of(matches.faces())
    codes = people.codes[planes.faces_in(slots)]
    wanted = np.isin(codes, [code for name in names if (code := people.code(name))])
    slots, codes = slots[wanted], codes[wanted]
    quality = matches.part.layout.numbers(columns, "quality")[slots]
    by_name = np.lexsort((-quality, codes))
    found, places = np.unique(codes[by_name], return_index=True)
    best = by_name[places]
    ids = columns.ids[planes.faces_in(slots[best])]
    for code, score, face in zip(found.tolist(), quality[best].tolist(), ids.tolist(), strict=True):
        yield people.values[code - 1], (score, face)


def _with(name: str, show: Show) -> FaceQuery:
    return FaceQuery(tags={PERSON: frozenset({name})}, show=show)
