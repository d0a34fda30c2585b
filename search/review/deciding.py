"""Decisions of a person who reviews: each is a stored correction, and can be taken back."""

from __future__ import annotations

from django.db import transaction

from analysis.decisions.rejecting import reject_face
from analysis.decisions.undoing import undo_correction, undo_decision
from analysis.facets import find_facet
from analysis.models import FaceDecision, FaceTag, TagCorrection
from analysis.tagging import FaceGone, correct_tag
from dam.errors import DamError
from dam.models import User
from search.review.rounds import Round

NO_FACE = "Not a face"
SKIPPED = "Skipped"


class DecidedMeanwhile(DamError):
    """Somebody else said it first."""

    code = "decided_meanwhile"
    status = 409

    def __init__(self) -> None:
        super().__init__("Somebody decided this one meanwhile; what they said stands.")


class NothingToUndo(DamError):
    """There is no step of this round that could be taken back."""

    code = "nothing_to_undo"
    status = 409

    def __init__(self) -> None:
        super().__init__("There is nothing to undo in this round.")


def say_value(kept: Round, tag_id: int, value: str, *, user: User) -> None:
    """Store a value, also the one that nets find likeliest, as what a person said.

    Of a custom tag it is an example from now on. Raises InvalidTag, FaceGone, DecidedMeanwhile.
    """
    with transaction.atomic():
        tag = _find(tag_id)
        correct_tag(tag.face, facet=tag.facet, value=value, user=user)
        said = TagCorrection.objects.filter(face=tag.face, facet=tag.facet).latest("id")
    facet = find_facet(tag.facet)
    label = f"{facet.label}: {facet.label_of(value)}"
    kept.add("tag", tag_id, facet=tag.facet, change=said.pk, label=label)


def say_no_face(kept: Round, tag_id: int, *, user: User) -> None:
    """Let what was asked about appear nowhere. Raises FaceGone and DecidedMeanwhile."""
    with transaction.atomic():
        tag = _find(tag_id)
        reject_face(tag.face, user=user)
        decision = FaceDecision.objects.filter(face=tag.face).latest("id")
    kept.add("face", tag_id, facet=tag.facet, change=decision.pk, label=NO_FACE)


def skip(kept: Round, tag_id: int) -> None:
    """Ask about it no more in this round. Nothing is stored of the face.

    Raises FaceGone and DecidedMeanwhile.
    """
    kept.add("skip", tag_id, facet=_find(tag_id).facet, label=SKIPPED)


def undo_last(kept: Round, *, user: User) -> int:
    """Take the last step back; return the id of the tag that it was about.

    Raises NothingToUndo, NotUndoable, NotRejected and FaceGone. A step that cannot be taken back
    any more is forgotten.
    """
    last = kept.last
    if last is None:
        raise NothingToUndo
    kept.drop_last()
    if last.kind == "tag":
        said = TagCorrection.objects.select_related("face").filter(pk=last.change).first()
        if said is None:
            raise FaceGone
        undo_correction(said, user=user)
    elif last.kind == "face":
        decision = FaceDecision.objects.select_related("face").filter(pk=last.change).first()
        if decision is None:
            raise FaceGone
        undo_decision(decision, user=user)
    return last.tag


def _find(tag_id: int) -> FaceTag:
    tags = FaceTag.objects.select_related("face").defer("face__embedding", "face__landmarks")
    tag = tags.filter(pk=tag_id).first()
    if tag is None or tag.face.retired_at is not None:
        raise FaceGone
    if tag.source == FaceTag.Source.USER:
        raise DecidedMeanwhile
    return tag
