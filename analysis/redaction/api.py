"""REST: a photo with faces hidden."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.views import APIView

from analysis.redaction.answers import as_download
from analysis.redaction.redacting import redact
from analysis.redaction.serializers import RedactionSerializer
from dam.api import IgnoreAccept
from dam.metering import metered
from dam.models import Asset
from dam.roles import Right, needs

_PICTURE = {(200, "image/*"): OpenApiTypes.BINARY}


@needs(post=Right.READ)
class RedactedView(APIView):
    """A photo to hand out."""

    content_negotiation_class = IgnoreAccept
    parser_classes = (JSONParser,)

    @extend_schema(parameters=[RedactionSerializer], responses=_PICTURE)
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        """The picture upright in its full size, with faces hidden and without metadata."""
        return _answer(request, uid, RedactionSerializer(data=request.query_params))

    @extend_schema(request=RedactionSerializer, responses=_PICTURE)
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        """The same, for more faces than an address has room for."""
        return _answer(request, uid, RedactionSerializer(data=request.data))


def _answer(request: Request, uid: UUID, asked: RedactionSerializer) -> HttpResponse:
    asset = get_object_or_404(Asset, uid=uid)
    options = asked.options()
    with metered(request.auth) as meter:
        meter.picture(width=asset.width, height=asset.height)
        return as_download(redact(asset, options))
