"""Faces without a name that look like people with one: "is this Ada?"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from analysis.decisions.denying import denied_faces
from analysis.models import Face, FaceTag
from analysis.nets import full_manifest
from analysis.people import PERSON, known_people
from search.browse.tiles import named_faces
from search.people.named import MOST_NAMES
from search.query import FaceQuery
from search.similar import Limits, SimilarFace, nearest_faces
from search.similarity.target import target_of

# From where on it is worth a question.
LEAST_PROBABILITY = 0.5
# The best faces of a person; more say little more.
MOST_EXAMPLES = 8
# So many people are looked at for one question.
MOST_PEOPLE = 40


@dataclass(frozen=True, slots=True)
class Match:
    """A face that may be a person's."""

    name: str
    example: Face
    """One of the person's faces."""
    similar: SimilarFace


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and who was looked at in vain."""

    match: Match | None
    finished: tuple[str, ...]
    """People like whom there is no other face now."""
    people: int
    """How many have a name, and how many of them are left: with the one who is asked about."""
    people_left: int

    @property
    def people_done(self) -> int:
        return self.people - self.people_left


def find_match(*, finished: Collection[str], skipped: Mapping[str, Sequence[int]]) -> Looked:
    """Return the likeliest face of the first person who is not finished and has one.

    Faces that somebody said are not a person's are left out, and, by name, the ids in `skipped`.
    """
    names = known_people(limit=MOST_NAMES)
    # A face that has any name is not asked about.
    unnamed = FaceQuery(excluded={PERSON: frozenset(names)})
    left = [name for name in names if name not in finished]
    looked_at = left[:MOST_PEOPLE]
    denied = denied_faces(looked_at)
    in_vain: list[str] = []
    match = None
    for name in looked_at:
        leave_out = [*denied.get(name, ()), *skipped.get(name, ())]
        match = _match_of(name, unnamed, leave_out)
        if match is not None:
            break
        in_vain.append(name)
    return Looked(match, tuple(in_vain), len(names), len(left) - len(in_vain))


def _match_of(name: str, unnamed: FaceQuery, leave_out: Collection[int]) -> Match | None:
    net = full_manifest().embedding_net
    named = FaceTag.objects.filter(facet=PERSON, value=name).values("face")
    faces = Face.objects.present().filter(pk__in=named, embedding_net=net)
    examples = list(faces.only("uid", "embedding").order_by("-quality_score")[:MOST_EXAMPLES])
    if not examples:
        return None
    found = nearest_faces(
        unnamed,
        target_of([face.embedding for face in examples], embedding_net=net),
        limits=Limits(count=1, min_probability=LEAST_PROBABILITY),
        leave_out=leave_out,
        load_from=named_faces(),
    )
    return Match(name, examples[0], found.faces[0]) if found.faces else None
