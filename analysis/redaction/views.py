"""The download of a photo with faces hidden."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET
from rest_framework.exceptions import ValidationError

from analysis.redaction.answers import as_download
from analysis.redaction.redacting import redact
from analysis.redaction.serializers import RedactionSerializer
from dam.errors import DamError
from dam.models import Asset


@require_GET
def redacted(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The file; or the photo's page, which says why there is none."""
    asset = get_object_or_404(Asset, uid=uid)
    try:
        return as_download(redact(asset, RedactionSerializer(data=request.GET).options()))
    except ValidationError:
        messages.error(request, "That cannot be read: choose again which faces to hide.")
    except DamError as error:
        messages.error(request, error.message)
    return redirect("photo", uid=asset.uid)
