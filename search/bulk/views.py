"""The pages of bulk jobs: what to do, the confirmation, the progress, and all jobs."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis.facets import facets
from analysis.models import MOST_VALUE
from analysis.people import PERSON, known_people
from dam.audit import actor_of
from dam.collections.lists import suggested_names
from dam.errors import DamError
from dam.fragments import render_page
from dam.models import User
from dam.roles import Right, needs, require_right
from search.browse.addresses import browse_address
from search.bulk.asking import ACTIONS
from search.bulk.errors import NumberChanged
from search.bulk.jobs import UNDO_WITHIN, cancel_job, create_job, undo_job
from search.bulk.state import JobState, describe_job
from search.bulk.tasks import send_job
from search.bulk.wishes import Kind, PageWish, read_wish
from search.models import BulkJob

PAGE_SIZE = 50
_MOST_DIGITS = 18


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def new_job(request: HttpRequest) -> HttpResponse:
    """Ask for what an action needs, then whether it is meant; a POST makes the job."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        wish = read_wish(given, request.session)
        if wish.kind is Kind.DELETE:
            require_right(request, Right.ADMIN)
        if not wish.is_complete:
            return _ask_for_arguments(request, wish)
        if request.method == "GET":
            return _ask_whether_meant(request, wish)
        return _make_job(request, wish)
    except DamError as error:
        context = {"problems": error.fields or {"": [error.message]}}
        return render(request, "search/bulk/invalid.html", context, status=error.status)


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """All jobs, the newest first; `before` is the number of the last one that was shown."""
    found = BulkJob.objects.select_related("created_by")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) <= _MOST_DIGITS:
        found = found.filter(pk__lt=int(before))
    page = list(found[: PAGE_SIZE + 1])
    context = {
        "states": [JobState(job) for job in page[:PAGE_SIZE]],
        "next_before": page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None,
        "before": before,
    }
    return render(request, "search/bulk/jobs.html", context)


@require_GET
def job_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A job; htmx gets its state, or 204 where that is what the page says that it shows."""
    state = describe_job(_find(uid))
    if request.htmx and request.GET.get("shown") == state.shown:
        return HttpResponse(status=204)
    context = {"state": state, "job": state.job, "undo_days": UNDO_WITHIN.days}
    return render_page(
        request, "search/bulk/job.html", fragment="search/bulk/_job.html", context=context
    )


@require_POST
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let a job go no further."""
    try:
        cancel_job(_find(uid))
    except DamError as error:
        messages.error(request, error.message)
    return redirect("bulk-job", uid=uid)


@require_POST
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give back what was before a job."""
    try:
        job = undo_job(_find(uid), user=cast(User, request.user), by=actor_of(request))
    except DamError as error:
        messages.error(request, error.message)
    else:
        send_job(job.pk)
    return redirect("bulk-job", uid=uid)


def _ask_for_arguments(request: HttpRequest, wish: PageWish) -> HttpResponse:
    context: dict[str, Any] = {"wish": wish, "heading": wish.kind.label, "back": _back(wish)}
    match wish.kind:
        case Kind.CORRECT_TAG | Kind.CLEAR_CORRECTION:
            renamed = _renamed(request, wish)
            shown = [facet for facet in facets() if not renamed or facet.name == PERSON]
            context |= {"facets": shown, "people": known_people(), "most_letters": MOST_VALUE}
            context |= {"renamed": renamed, "heading": f"Rename {renamed}"} if renamed else {}
        case _:
            context["names"] = suggested_names()
    return render(request, "search/bulk/arguments.html", context)


def _renamed(request: HttpRequest, wish: PageWish) -> str:
    """Return whose name is to be another one, where that was asked for; otherwise nothing."""
    names = wish.query.tags.get(PERSON, ())
    is_asked = request.GET.get("facet") == PERSON and not wish.selection
    return next(iter(names)) if is_asked and len(names) == 1 else ""


def _ask_whether_meant(
    request: HttpRequest, wish: PageWish, *, error: DamError | None = None, status: int = 200
) -> HttpResponse:
    kind = ACTIONS[wish.kind]
    choice = wish.choose(kind.unit)
    context = {
        "wish": wish,
        "title": wish.title(),
        "total": len(choice.ids),
        "chosen": choice.words,
        "unit": kind.unit,
        "can_undo": kind.can_undo,
        "undo_days": UNDO_WITHIN.days,
        "error": error,
        "back": _back(wish),
    }
    return render(request, "search/bulk/confirm.html", context, status=status)


def _make_job(request: HttpRequest, wish: PageWish) -> HttpResponse:
    expected = _number(request.POST.get("expected", ""))
    if wish.kind is Kind.DELETE and _number(request.POST.get("typed", "")) != expected:
        error = DamError("Type the number of photos to delete them.", code="not_confirmed")
        return _ask_whether_meant(request, wish, error=error, status=400)
    user = cast(User, request.user)
    action = wish.action(user=user)
    choice = wish.choose(action.unit)
    try:
        job = create_job(action, choice, user=user, expected=expected, by=actor_of(request))
    except NumberChanged as error:
        return _ask_whether_meant(request, wish, error=error, status=error.status)
    send_job(job.pk)
    return redirect("bulk-job", uid=job.uid)


def _number(text: str) -> int:
    """Return a whole number; -1 for anything else, which is never expected."""
    text = "".join(text.split())
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else -1


def _find(uid: UUID) -> BulkJob:
    job: BulkJob = get_object_or_404(BulkJob.objects.select_related("created_by"), uid=uid)
    return job


def _back(wish: PageWish) -> str:
    return browse_address(wish.query)
