"""The pages of connectors, within the settings, for administrators."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analysis.connectors.connectors import change_connector, create_connector, delete_connector
from analysis.connectors.forms import (
    ConnectorForm,
    form_of,
    interval_words,
    kind_choices,
    read_form,
)
from analysis.connectors.interface import System
from analysis.connectors.models import Connector
from analysis.connectors.runs import cancel_run, start_run
from analysis.connectors.state import (
    RunState,
    count_items,
    describe_connector,
    describe_connectors,
    failures_of,
    find_connector,
    find_run,
    plans_of,
)
from analysis.connectors.systems import SYSTEMS
from analysis.connectors.tasks import send_run
from dam.audit import actor_of
from dam.errors import DamError
from dam.fragments import render_page
from dam.models import User
from dam.roles import Right, needs

RUNS_SHOWN = 20
NOTES_SHOWN = 200


@needs(Right.ADMIN)
@require_GET
def connectors(request: HttpRequest) -> HttpResponse:
    """All connectors, with how their newest runs went."""
    context = {"states": describe_connectors()}
    return render(request, "analysis/connectors/connectors.html", context)


@needs(Right.ADMIN)
@require_GET
def choose_kind(request: HttpRequest) -> HttpResponse:
    """Ask which kind of system a new connector leads to."""
    return render(request, "analysis/connectors/kinds.html", {"kinds": kind_choices()})


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a new connector; a POST makes it and leads to its page."""
    system = _system(kind)
    form = ConnectorForm(system)
    if request.method == "POST":
        try:
            form = read_form(request.POST, system)
            made = create_connector(kind=kind, **form.values(), by=actor_of(request))
        except DamError as error:
            form.errors = error.fields or {"": [error.message]}
        else:
            messages.success(request, f"The connector “{made.name}” was made. Try a dry run first.")
            return redirect("connector", uid=made.uid)
    return _show_form(request, form, None)


@needs(Right.ADMIN)
@require_GET
def connector(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A connector: where it leads, what may be done, and its runs."""
    found = find_connector(uid)
    state = describe_connector(found)
    context = {
        "connector": found,
        "state": state,
        "counts": count_items(found),
        "interval": interval_words(found.interval_minutes),
        "runs": [RunState(run) for run in found.runs.select_related("created_by")[:RUNS_SHOWN]],
        "is_working": state.last_run is not None and state.last_run.finished_at is None,
    }
    return render(request, "analysis/connectors/connector.html", context)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of a connector; secrets are not in it, and stay where they are left blank."""
    found = find_connector(uid)
    system = _system(found.kind)
    form = form_of(found, system)
    if request.method == "POST":
        try:
            form = read_form(request.POST, system, connector=found)
            change_connector(found, **form.values(), by=actor_of(request))
        except DamError as error:
            form.errors = error.fields or {"": [error.message]}
        else:
            messages.success(request, "The connector was changed.")
            return redirect("connector", uid=uid)
    return _show_form(request, form, found)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask whether a connector is to be deleted, and delete it."""
    found = find_connector(uid)
    if request.method == "POST":
        delete_connector(found, by=actor_of(request))
        messages.success(request, f"The connector “{found.name}” was deleted.")
        return redirect("connectors")
    return render(request, "analysis/connectors/delete.html", {"connector": found})


@needs(Right.ADMIN)
@require_POST
def start(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Start a run, a dry one where `dry_run` is sent, and lead to its page."""
    user = request.user if isinstance(request.user, User) else None
    try:
        begun = start_run(find_connector(uid), is_dry_run="dry_run" in request.POST, user=user)
    except DamError as error:
        messages.error(request, error.message)
        return redirect("connector", uid=uid)
    send_run(begun.pk)
    return redirect("connector-run", uid=uid, run_uid=begun.uid)


@needs(Right.ADMIN)
@require_GET
def run(request: HttpRequest, uid: UUID, run_uid: UUID) -> HttpResponse:
    """A run; htmx gets its state, or 204 where that is what the page says that it shows."""
    found = find_run(uid, run_uid)
    state = RunState(found)
    if request.htmx and request.GET.get("shown") == state.shown:
        return HttpResponse(status=204)
    context = {
        "state": state,
        "run": found,
        "connector": found.connector,
        "failures": failures_of(found)[:NOTES_SHOWN],
        "plans": plans_of(found)[:NOTES_SHOWN] if found.is_dry_run else (),
        "planned": found.new + found.changed + found.written,
        "notes_shown": NOTES_SHOWN,
    }
    return render_page(
        request,
        "analysis/connectors/run.html",
        fragment="analysis/connectors/_run.html",
        context=context,
    )


@needs(Right.ADMIN)
@require_POST
def cancel(request: HttpRequest, uid: UUID, run_uid: UUID) -> HttpResponse:
    """Let a run go no further."""
    try:
        cancel_run(find_run(uid, run_uid))
    except DamError as error:
        messages.error(request, error.message)
    return redirect("connector-run", uid=uid, run_uid=run_uid)


def _system(kind: str) -> type[System]:
    if kind not in SYSTEMS:
        raise Http404
    return SYSTEMS[kind]


def _show_form(
    request: HttpRequest, form: ConnectorForm, connector: Connector | None
) -> HttpResponse:
    context = {"form": form, "connector": connector}
    status = 422 if form.errors else 200
    return render(request, "analysis/connectors/edit.html", context, status=status)
