"""The page of what keys used."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dam.roles import Right, needs
from dam.usage import keys_today, usage_of

MOST_ROWS = 200


@needs(Right.ADMIN)
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    """Show administrators each key's use today with its limits, and the days before."""
    context = {"keys": keys_today(), "days": usage_of(None)[:MOST_ROWS]}
    return render(request, "dam/usage.html", context)
