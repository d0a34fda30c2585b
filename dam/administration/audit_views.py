"""The page of who did what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from dam.audit import Kind, entries, known_actors
from dam.roles import Right, needs

PAGE_SIZE = 50
_MOST_DIGITS = 18


@needs(Right.ADMIN)
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """What was done, the newest first: of a `kind`, `by` somebody, `before` a number."""
    kind, by = request.GET.get("kind", ""), request.GET.get("by", "")
    before = request.GET.get("before", "")
    found = entries(kind=kind, by=by)
    if before.isdecimal() and before.isascii() and len(before) <= _MOST_DIGITS:
        found = found.filter(pk__lt=int(before))
    page = list(found[: PAGE_SIZE + 1])
    chosen = {name: value for name, value in (("kind", kind), ("by", by)) if value}
    context = {
        "entries": page[:PAGE_SIZE],
        "next_query": urlencode({**chosen, "before": page[PAGE_SIZE - 1].pk})
        if len(page) > PAGE_SIZE
        else "",
        "kinds": Kind.choices,
        "actors": known_actors(),
        "kind": kind,
        "by": by,
        "before": before,
    }
    return render(request, "dam/settings/audit.html", context)
