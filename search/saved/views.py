"""The pages of saved searches."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dam.errors import DamError
from dam.models import User
from dam.names import NameTaken
from dam.roles import Right, needs
from search.models import SavedSearch
from search.saved import searches as writer
from search.saved.searches import UnknownSearch, find_named, find_search
from search.saved.state import describe_search, describe_searches

PAGE_SIZE = 24


@require_GET
def searches(request: HttpRequest) -> HttpResponse:
    """All saved searches by name, from `after` on, with what they find now."""
    # No name has a NUL, and PostgreSQL refuses it.
    after = request.GET.get("after", "").replace("\0", "")
    rows = list(SavedSearch.objects.filter(name_key__gt=after)[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    context = {
        "states": describe_searches(shown),
        "after": after,
        "next_after": shown[-1].name_key if len(rows) > PAGE_SIZE else None,
    }
    return render(request, "search/saved/searches.html", context)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the `query` under the `name`; with `replace` also where another query has the name."""
    name, query = request.POST.get("name", ""), request.POST.get("query", "")
    try:
        search = _save(name, query, replace="replace" in request.POST, user=request.user)
    except DamError as error:
        context = {
            "name": name,
            "query": query,
            "errors": error.fields,
            "taken": find_named(name) if isinstance(error, NameTaken) else None,
        }
        return render(request, "search/saved/save_search.html", context, status=error.status)
    messages.success(request, f"This search was saved as “{search.name}”.")
    return redirect(describe_search(search).address)


@require_GET
def open_search(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Lead to what a saved search finds: the address to share."""
    state = describe_search(_find(uid))
    # What is wrong with it is told there.
    return redirect("saved-search-edit", uid=uid) if state.problems else redirect(state.address)


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The name of a saved search, and what is wrong with its query."""
    search = _find(uid)
    name, errors, status = search.name, {}, 200
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            writer.change_search(search, name=name)
        except DamError as error:
            errors, status = error.fields, error.status
        else:
            messages.success(request, f"The search “{search.name}” was renamed.")
            return redirect("saved-searches")
    context = {"state": describe_search(search), "name": name, "errors": errors}
    return render(request, "search/saved/edit_search.html", context, status=status)


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask whether a saved search is to be deleted, and delete it."""
    search = _find(uid)
    if request.method == "GET":
        return render(request, "search/saved/delete_search.html", {"search": search})
    writer.delete_search(search)
    messages.success(request, f"The search “{search.name}” was deleted.")
    return redirect("saved-searches")


def _save(name: str, query: str, *, replace: bool, user: object) -> SavedSearch:
    named = find_named(name) if replace else None
    if named is None:
        return writer.save_search(name=name, query=query, user=cast(User, user)).search
    writer.change_search(named, query=query)
    return named


def _find(uid: UUID) -> SavedSearch:
    try:
        return find_search(uid)
    except UnknownSearch as error:
        raise Http404(error.message) from error
