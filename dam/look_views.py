"""Changes how pages look, for browsers without scripts; frame.js sets the same cookies itself."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dam.looks import LOOKS
from dam.roles import Right, needs

KEPT_SECONDS = 365 * 24 * 3600


@needs(Right.READ)
@require_POST
def change_look(request: HttpRequest) -> HttpResponse:
    """Keep the looks that a form names, and go back to its page."""
    chosen = {name: request.POST[name] for name in LOOKS if name in request.POST}
    if not chosen or any(value not in LOOKS[name] for name, value in chosen.items()):
        raise BadRequest("There is no such look.")
    response = redirect(_page_before(request))
    for name, value in chosen.items():
        # Scripts read and write it, too.
        response.set_cookie(
            name,
            value,
            max_age=KEPT_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _page_before(request: HttpRequest) -> str:
    page: str = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if is_ours else resolve_url("photos")
