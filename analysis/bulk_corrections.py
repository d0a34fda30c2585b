"""Corrections of many faces at once, and how they are taken back.

What a tag was before is in the history, so a correction is remembered by its row there and by
whether a person or the model had set the value; no value is kept in a second place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from analysis.models import Face, FaceTag, TagCorrection
from analysis.tagging import (
    accept_value,
    clear_corrections,
    correct_tags,
    lock_assets,
    restore_tags,
)
from dam.models import User

Source = FaceTag.Source


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rows of TagCorrection that were written: one for each face that was changed."""

    over_person: list[int]
    """Those where a person had set the value before."""
    over_model: list[int]
    """Those where the model's value stood, or none."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of corrections that were taken back."""

    written: list[int]
    """The rows of TagCorrection that say so: one for each face that was given back its value."""
    left_alone: int
    """Faces that somebody changed since, or that are gone."""


def correct_faces(
    face_ids: Collection[int], *, facet: str, value: str, user: User | None
) -> Corrected:
    """Let a person's value of some faces stand; those that are gone or have it are passed over.

    The number of queries does not grow with the faces. Raises UnknownFacet and InvalidTag.
    """
    value = accept_value(facet, value)
    with transaction.atomic():
        faces = [face for face in _hold(face_ids) if face.retired_at is None]
        before = _tags(faces, facet)
        changed = [face for face in faces if before.get(face.pk) != (Source.USER, value)]
        correct_tags(changed, facet=facet, value=value, user=user)
        return _corrected(changed, before, facet=facet)


def clear_faces(face_ids: Collection[int], *, facet: str, user: User | None) -> Corrected:
    """Let the model's value of some faces stand again where a person had set it.

    Faces that are gone are passed over. The number of queries does not grow with the faces.
    """
    with transaction.atomic():
        faces = [face for face in _hold(face_ids) if face.retired_at is None]
        before = _tags(faces, facet)
        changed = [face for face in faces if before.get(face.pk, ("", ""))[0] == Source.USER]
        clear_corrections(changed, facet=facet, user=user)
        return _corrected(changed, before, facet=facet)


def take_back(
    corrected: Corrected, *, facet: str, ignored: Collection[int], user: User | None
) -> TakenBack:
    """Give faces back the value that they had: a person's, or what the model says now.

    A face of which somebody said something since stays as it is; `ignored` are rows of
    TagCorrection that do not count for that, since they were taken back themselves. The number of
    queries does not grow with the faces.
    """
    ours = {*corrected.over_person, *corrected.over_model}
    rows = TagCorrection.objects.filter(pk__in=ours)
    with transaction.atomic():
        faces = _hold(rows.values_list("face_id", flat=True))
        # Read again: somebody may have erased some before the faces were held.
        notes = list(rows.values_list("face_id", "pk", "previous_value"))
        said_since = TagCorrection.objects.filter(
            face__in=[face.pk for face in faces], facet=facet, pk__gt=min(ours, default=0)
        ).exclude(pk__in={*ours, *ignored})
        changed_since = set(said_since.values_list("face_id", flat=True))
        by_person = set(corrected.over_person)
        values = {
            face_id: previous if pk in by_person else None
            for face_id, pk, previous in notes
            if face_id not in changed_since
        }
        written = restore_tags(values, facet=facet, user=user)
    return TakenBack(written=written, left_alone=len(ours) - len(written))


def _hold(face_ids: Iterable[int]) -> list[Face]:
    """Hold those of some faces that exist, retired ones too, until the transaction ends."""
    faces = Face.objects.filter(pk__in=set(face_ids)).order_by("pk")
    lock_assets(faces.values_list("asset_id", flat=True))
    return list(faces.only("pk", "asset_id", "retired_at"))


def _tags(faces: Sequence[Face], facet: str) -> dict[int, tuple[str, str]]:
    """Return source and value of a facet's tag by the face's id."""
    tags = FaceTag.objects.filter(face__in=[face.pk for face in faces], facet=facet)
    rows = tags.values_list("face_id", "source", "value")
    return {face_id: (source, value) for face_id, source, value in rows}


def _corrected(
    changed: Sequence[Face], before: dict[int, tuple[str, str]], *, facet: str
) -> Corrected:
    """Return the newest rows of some faces' history, by what stood before."""
    newest = (
        TagCorrection.objects.filter(face__in=[face.pk for face in changed], facet=facet)
        .order_by()
        .values_list("face_id")
        .annotate(Max("pk"))
    )
    corrected = Corrected(over_person=[], over_model=[])
    for face_id, pk in newest:
        source, _ = before.get(face_id, ("", ""))
        which = corrected.over_person if source == Source.USER else corrected.over_model
        which.append(pk)
    return corrected
