"""The page on which people decide, one by one, what nets are unsure of."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dam.errors import DamError
from dam.fragments import render_page
from dam.models import User
from dam.roles import Right, needs
from search.query import InvalidQuery
from search.review.deciding import say_no_face, say_value, skip, undo_last
from search.review.questions import show
from search.review.queue import AT, Queue
from search.review.rounds import Round


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """Asks about one face after another; the address says of which facet, in which faces.

    A POST is a decision (`tag` with `value`) or another step (`step`: skip, no_face, undo, again).
    htmx gets the next question, others are led to it.
    """
    try:
        queue = Queue.from_params(request.GET)
    except InvalidQuery as error:
        return render(request, "search/invalid_query.html", {"error": error}, status=error.status)
    kept = Round(request.session, queue.address)
    at, problem = _whole(request.GET.get(AT)), ""
    if request.method == "POST":
        at = None
        try:
            at = _take_step(request, kept)
        except DamError as error:
            problem = error.message
    if request.method == "POST" and not request.htmx:
        kept.save()
        if problem:
            messages.error(request, problem)
        return redirect(_address(queue, at))
    shown = show(queue, kept, at=at, anew=request.method == "GET" or bool(problem))
    kept.save()
    context: dict[str, Any] = {
        "shown": shown,
        "last": kept.last,
        "problem": problem,
        "has_moved": request.method == "POST",
    }
    fragment = "search/review/_question.html"
    return render_page(request, "search/review/page.html", fragment=fragment, context=context)


def _take_step(request: HttpRequest, kept: Round) -> int | None:
    """Do what was asked; return the id of the tag to show, if it is a certain one."""
    user = cast(User, request.user)
    step, tag_id = request.POST.get("step", ""), _whole(request.POST.get("tag"))
    if step == "undo":
        return undo_last(kept, user=user)
    if step == "again":
        kept.ask_skipped_again()
        return None
    if tag_id is None:
        raise BadRequest("Say which tag is meant.")
    if step == "skip":
        skip(kept, tag_id)
    elif step == "no_face":
        say_no_face(kept, tag_id, user=user)
    elif "value" in request.POST:
        say_value(kept, tag_id, request.POST["value"], user=user)
    else:
        raise BadRequest("Say what to do.")
    return None


def _address(queue: Queue, at: int | None) -> str:
    address = queue.address
    return address if at is None else f"{address}{'&' if '?' in address else '?'}{AT}={at}"


def _whole(text: str | None) -> int | None:
    """Return an id; None for what cannot be one."""
    is_id = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_id and text is not None else None
