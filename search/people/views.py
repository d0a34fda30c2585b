"""The page of people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analysis.models import MOST_VALUE
from search.people.named import list_people

PAGE_SIZE = 96
_MOST_DIGITS = 6


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """People with a name, those in most photos first, or those whose name contains `text`."""
    text = " ".join(request.GET.get("text", "").split())[:MOST_VALUE]
    page = _number(request.GET.get("page", ""))
    found = list_people(text, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    context = {
        "found": found,
        "text": text,
        "most_letters": MOST_VALUE,
        "previous": page - 1,
        "next": page + 1 if page * PAGE_SIZE < found.total else None,
    }
    return render(request, "search/people/people.html", context)


def _number(text: str) -> int:
    """Return the number of a page; the first one's for what is none."""
    is_number = text.isdecimal() and len(text) <= _MOST_DIGITS
    return max(int(text), 1) if is_number else 1
