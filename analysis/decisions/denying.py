"""Faces of which a person says whose they are not."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.models import Face, PersonDenial
from dam.models import User


def deny_person(face: Face, name: str, *, user: User) -> PersonDenial:
    """Keep that a face is not somebody's, so that nobody is asked again.

    Saying it again changes nothing. The face may be given that name all the same.
    """
    denial, _ = PersonDenial.objects.get_or_create(face=face, name=name, defaults={"user": user})
    return denial


def take_denial_back(denial_id: int) -> None:
    """Forget a denial; one that is gone already is fine."""
    PersonDenial.objects.filter(pk=denial_id).delete()


def denied_faces(names: Iterable[str]) -> dict[str, list[int]]:
    """Return the ids of the faces that are not these people's by name, in one query."""
    denied: dict[str, list[int]] = {}
    rows = PersonDenial.objects.filter(name__in=names).values_list("name", "face")
    for name, face_id in rows:
        denied.setdefault(name, []).append(face_id)
    return denied
