"""Where the settings begin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dam.administration.sections import overview
from dam.roles import held_rights


@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    """Everything that somebody may set, by group, with what it is."""
    return render(request, "dam/settings/overview.html", {"groups": overview(held_rights(request))})
