"""The page that asks of faces without a name whether they are somebody's."""

from __future__ import annotations

from typing import cast, get_args
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from analysis.decisions.denying import deny_person, take_denial_back
from analysis.decisions.undoing import undo_correction
from analysis.models import Face, TagCorrection
from analysis.people import PERSON, clean_person
from analysis.tagging import FaceGone, correct_tag
from dam.errors import DamError
from dam.fragments import render_page
from dam.models import User
from dam.roles import Right, needs
from search.review.deciding import NothingToUndo
from search.review.matches import find_match
from search.review.people_rounds import Answer, Kind, PeopleRound
from search.similarity.pages import in_percent, in_words


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def review_people(request: HttpRequest) -> HttpResponse:
    """Asks "is this Ada?" of one face after another, the likeliest of each person first.

    A POST has the `answer` (yes, no, skip, undo, again), and for the first three the `face` and the
    `name`. A yes is stored as a correction, a no as a denial.
    """
    kept, problem = PeopleRound(request.session), ""
    if request.method == "POST":
        try:
            _take(request, kept)
        except DamError as error:
            problem = error.message
        kept.save()
        if not request.htmx and not problem:
            return redirect("review-people")
    looked = find_match(finished=kept.finished, skipped=kept.skipped)
    kept.finish(looked.finished)
    kept.save()
    chance = looked.match.similar.same_person if looked.match else None
    context = {
        "looked": looked,
        "match": looked.match,
        "words": in_words(chance),
        "percent": in_percent(chance),
        "decided": kept.decided,
        "last": kept.last,
        "problem": problem,
        "has_moved": request.method == "POST",
    }
    fragment = "search/review/_match.html"
    return render_page(request, "search/review/people.html", fragment=fragment, context=context)


def _take(request: HttpRequest, kept: PeopleRound) -> None:
    user, answer = cast(User, request.user), request.POST.get("answer", "")
    if answer == "undo":
        _undo(kept, user=user)
    elif answer == "again":
        kept.begin_again()
    elif answer in get_args(Kind):
        face, name = _find(request.POST.get("face", "")), clean_person(request.POST.get("name", ""))
        if name is None:
            raise BadRequest("Say whose face is meant.")
        change = _store(face, name, answer=cast(Kind, answer), user=user)
        kept.add(Answer(cast(Kind, answer), name, face.pk, change))
    else:
        raise BadRequest("Say yes, no, skip, undo or again.")


def _find(uid: str) -> Face:
    try:
        wanted = UUID(uid)
    except ValueError as error:
        raise BadRequest("Say which face is meant.") from error
    face = Face.objects.present().defer("embedding", "landmarks").filter(uid=wanted).first()
    if face is None:
        raise FaceGone
    return face


def _store(face: Face, name: str, *, answer: Kind, user: User) -> int:
    """Store an answer; return the id of its row, 0 for none."""
    if answer == "skip":
        return 0
    if answer == "no":
        return deny_person(face, name, user=user).pk
    with transaction.atomic():
        correct_tag(face, facet=PERSON, value=name, user=user)
        said = TagCorrection.objects.filter(face=face, facet=PERSON).latest("id")
    return said.pk


def _undo(kept: PeopleRound, *, user: User) -> None:
    last = kept.last
    if last is None:
        raise NothingToUndo
    kept.drop_last()
    if last.kind == "no":
        take_denial_back(last.change)
    elif last.kind == "yes":
        said = TagCorrection.objects.select_related("face").filter(pk=last.change).first()
        if said is None:
            raise FaceGone
        undo_correction(said, user=user)
