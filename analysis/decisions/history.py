"""Who changed what on a photo: tags that were corrected, faces that were drawn or called none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from analysis.decisions.undoing import Row, standing, undo_correction, undo_decision
from analysis.facets import Facet, facets
from analysis.models import Face, FaceDecision, TagCorrection
from dam.models import Asset, User

Kind = Literal["tag", "face"]
# A photo has more only where a program corrects it again and again.
MOST_CHANGES = 500
_OF_FACES = {
    FaceDecision.Kind.DRAWN: ("no face", "a face"),
    FaceDecision.Kind.REJECTED: ("a face", "not a face"),
    FaceDecision.Kind.RESTORED: ("not a face", "a face"),
}
NETS_VALUE = "what the nets say"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that somebody said of a face."""

    kind: Kind
    id: int
    """Among those of its kind."""
    face: Face
    what: str
    """The facet's label, or "Face"."""
    facet: str
    """Its name; empty where the change is about the face itself."""
    before: str
    after: str
    user: User | None
    """None where a program said it, the picture's file, or a person who is gone."""
    created_at: datetime
    can_undo: bool
    is_undo: bool
    was_undone: bool

    @property
    def who(self) -> str:
        return self.user.get_username() if self.user else "a program"

    @property
    def face_uid(self) -> UUID:
        return self.face.uid


def changes_of(asset: Asset) -> list[Change]:
    """Return the newest MOST_CHANGES of a photo, the newest first; in two queries.

    Facets that are gone or switched off are left out.
    """
    known = {facet.name: facet for facet in facets()}
    corrections = TagCorrection.objects.filter(face__asset=asset, facet__in=known)
    decisions = FaceDecision.objects.filter(face__asset=asset)
    changes = [
        *_of_tags(_newest(corrections), known),
        *_of_faces(_newest(decisions)),
    ]
    return sorted(changes, key=attrgetter("created_at", "kind", "id"), reverse=True)


def last_change(changes: Iterable[Change]) -> Change | None:
    """Return the newest of some changes that can be taken back."""
    return next((change for change in changes if change.can_undo), None)


def undo_change(asset: Asset, *, kind: str, change_id: int, user: User | None) -> None:
    """Take back a change of a photo. Raises Http404, NotUndoable, NotRejected and FaceGone."""
    if kind == "tag":
        rows = TagCorrection.objects.select_related("face").filter(face__asset=asset)
        undo_correction(get_object_or_404(rows, pk=change_id), user=user)
    elif kind == "face":
        decisions = FaceDecision.objects.select_related("face").filter(face__asset=asset)
        undo_decision(get_object_or_404(decisions, pk=change_id), user=user)
    else:
        raise Http404(f"no changes are of the kind {kind}")


def _of_tags(rows: Sequence[TagCorrection], known: dict[str, Facet]) -> Iterable[Change]:
    undone = {row.undoes for row in rows}
    last = _last_standing(rows, "face_id", "facet")
    for row in rows:
        facet = known[row.facet]
        yield Change(
            kind="tag",
            id=row.pk,
            face=row.face,
            what=facet.label,
            facet=facet.name,
            before=facet.label_of(row.previous_value) if row.previous_value else "nothing",
            after=_after(facet, row),
            user=row.user,
            created_at=row.created_at,
            can_undo=row.pk in last and row.face.retired_at is None,
            is_undo=row.undoes is not None,
            was_undone=row.pk in undone,
        )


def _after(facet: Facet, row: TagCorrection) -> str:
    if not row.value:
        return NETS_VALUE
    label = facet.label_of(row.value)
    return f"{label}, confirmed" if row.value == row.previous_value else label


def _of_faces(rows: Sequence[FaceDecision]) -> Iterable[Change]:
    undone = {row.undoes for row in rows}
    last = _last_standing(rows, "face_id")
    for row in rows:
        before, after = _OF_FACES[FaceDecision.Kind(row.kind)]
        yield Change(
            kind="face",
            id=row.pk,
            face=row.face,
            what="Face",
            facet="",
            before=before,
            after=after,
            user=row.user,
            created_at=row.created_at,
            can_undo=row.pk in last,
            is_undo=row.undoes is not None,
            was_undone=row.pk in undone,
        )


def _newest(rows: QuerySet[Row]) -> list[Row]:
    loaded = rows.select_related("user", "face").defer(
        "face__embedding", "face__landmarks", "face__readings"
    )
    return list(loaded.order_by("-id")[:MOST_CHANGES])


def _last_standing(rows: Sequence[Row], *of: str) -> set[int]:
    """Return the last row that stands of each subject."""
    key = attrgetter(*of)
    grouped = groupby(sorted(rows, key=key), key=key)
    stand = (standing(sorted(some, key=attrgetter("pk"), reverse=True)) for _, some in grouped)
    return {some[0].pk for some in stand if some}
