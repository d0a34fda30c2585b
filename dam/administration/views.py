"""Where the settings begin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from dam.administration.sections import navigation
from dam.roles import held_rights


@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    """Lead to the first section that somebody may see: their own account."""
    first, *_ = navigation(held_rights(request), path=request.path)
    return redirect(first.address)
