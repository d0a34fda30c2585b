"""How a photo with hidden faces is sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header

from analysis.redaction.redacting import Redacted


def as_download(redacted: Redacted) -> HttpResponse:
    """Return the file for saving; `X-Hidden-Faces` tells how many faces are hidden in it."""
    response = HttpResponse(redacted.file.content, content_type=redacted.file.media_type)
    disposition = content_disposition_header(as_attachment=True, filename=redacted.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Hidden-Faces"] = str(redacted.hidden)
    # Another analysis may find another face.
    patch_cache_control(response, private=True, no_store=True)
    return response
