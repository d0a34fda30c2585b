"""A whole page, or the part of it that htmx asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page(
    request: HttpRequest,
    page: str,
    *,
    fragment: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Render the template `page`, or `fragment` for a request by htmx.

    `page` includes `fragment`, so that both show the same. htmx gets a whole page when it restores
    one from the history.
    """
    wants_fragment = request.htmx and not request.htmx.history_restore_request
    response = render(request, fragment if wants_fragment else page, dict(context), status=status)
    # Otherwise the browser's Back could show the stored fragment in place of the page.
    patch_vary_headers(response, ("HX-Request", "HX-History-Restore-Request"))
    return response
