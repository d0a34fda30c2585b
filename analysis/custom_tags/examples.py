"""The examples of a tag: faces that a person said yes or no of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet

from analysis.custom_tags.errors import UnknownFaces
from analysis.listing import faces_for_lists
from analysis.models import CustomTag, Face, FaceTag
from analysis.tagging import clear_corrections, correct_tags, lock_assets
from dam.models import User

YES = "yes"
NO = "no"
# A person marks a page of faces at once; a program may send more requests.
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ExampleCounts:
    """How many faces are marked."""

    yes: int
    no: int


def examples(tag: CustomTag) -> QuerySet[FaceTag]:
    """Return what people said of present faces; it is a correction like any other."""
    return FaceTag.objects.filter(
        facet=tag.name,
        source=FaceTag.Source.USER,
        value__in=(YES, NO),
        face__retired_at=None,
    )


def count_examples(tags: Iterable[CustomTag]) -> dict[str, ExampleCounts]:
    """Return the numbers of examples by tag name, with one query."""
    names = [tag.name for tag in tags]
    rows = (
        FaceTag.objects.filter(facet__in=names, source=FaceTag.Source.USER, face__retired_at=None)
        .values("facet")
        .annotate(yes=Count("id", filter=Q(value=YES)), no=Count("id", filter=Q(value=NO)))
    )
    found = {row["facet"]: ExampleCounts(row["yes"], row["no"]) for row in rows}
    return {name: found.get(name, ExampleCounts(0, 0)) for name in names}


def list_examples(tag: CustomTag, value: str) -> QuerySet[FaceTag]:
    """Return the examples of a value with their faces and assets, of the newest assets first."""
    faces = Face.objects.defer("embedding", "landmarks").select_related("asset")
    found = examples(tag).filter(value=value).order_by("-face_id")
    return found.prefetch_related(Prefetch("face", faces))


def mark_examples(
    tag: CustomTag,
    *,
    yes: Collection[UUID] = (),
    no: Collection[UUID] = (),
    remove: Collection[UUID] = (),
    user: User | None,
) -> None:
    """Say yes or no of faces, or take that back: all of it or, if it cannot be, nothing.

    Marking the same again changes nothing. Raises UnknownFaces.
    """
    with transaction.atomic():
        groups = {YES: _find("yes", yes), NO: _find("no", no), "remove": _find("remove", remove)}
        # At once and in one order, so that two people who mark the same faces do not block.
        lock_assets(face.asset_id for faces in groups.values() for face in faces)
        for value in (YES, NO):
            correct_tags(groups[value], facet=tag.name, value=value, user=user)
        clear_corrections(groups["remove"], facet=tag.name, user=user)


def _find(field: str, uids: Collection[UUID]) -> list[Face]:
    faces = {face.uid: face for face in faces_for_lists(landmarks=False).filter(uid__in=uids)}
    if missing := [uid for uid in uids if uid not in faces]:
        raise UnknownFaces(field, missing)
    return list(faces.values())
