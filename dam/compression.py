"""Sends text as gzip: pages, style sheets, scripts and JSON become four to eight times smaller."""

from __future__ import annotations

from http import HTTPStatus

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Pictures, archives and models are small already, and parts of them may be asked for.
TYPES = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    }
)


class CompressText(GZipMiddleware):
    """Django's, which adds random bytes against BREACH, for answers that are text.

    What is streamed goes as it is: its reader wants each piece as soon as it is there.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0]
        is_part = response.status_code == HTTPStatus.PARTIAL_CONTENT
        is_stream = response.streaming and not isinstance(response, FileResponse)
        if kind not in TYPES or is_part or is_stream:
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
