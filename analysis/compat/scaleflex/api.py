"""Scaleflex' face analysis: of a picture that is sent, and again of stored ones."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from analysis.adhoc import PictureAnalysis, analyze_picture
from analysis.compat.scaleflex.assets import regenerate
from analysis.compat.scaleflex.drawing import sketch
from analysis.compat.scaleflex.faces import render, render_faces
from analysis.compat.scaleflex.pictures import open_drawn, store_sketch
from analysis.compat.scaleflex.uploads import CappedJSONParser, sent_picture
from analysis.compat.scaleflex.views import ScaleflexView
from analysis.nets import current_version
from dam.api import IgnoreAccept, send_file
from dam.ingest import clean_name
from dam.metering import metered
from dam.roles import Right, needs
from dam.storage import FileMissing

MOST_UUIDS = 1000
# How long a client may keep a drawing without asking whether it is still there.
KEEP_SECONDS = 600


@needs(post=Right.ANALYZE)
class FaceAnalysisView(ScaleflexView):
    """Looks at a picture and keeps only the drawing of it, for a while."""

    parser_classes = (MultiPartParser, CappedJSONParser)

    def post(self, request: Request) -> Response:
        """Return the faces of a part `file`, of `{"base64": …}` or of `{"url": …}`."""
        with metered(request.auth) as meter, sent_picture(request) as picture:
            analysis = analyze_picture(picture.file, keep_pixels=True, admit=meter.admit)
            meter.faces = len(analysis.faces)
            return Response(_answer(request, analysis, file_name=clean_name(picture.name)))


class DrawnView(ScaleflexView):
    """The picture that an answer leads to. Its address is the credential."""

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = IgnoreAccept

    def get(self, request: Request, hour: str, uid: UUID) -> HttpResponseBase:
        return send_file(
            request,
            etag=f'"{uid}"',
            open_file=lambda: open_drawn(hour, uid),
            content_type="image/png",
            filename=f"{uid}.png",
            keep_seconds=KEEP_SECONDS,
        )


class RegenerateView(ScaleflexView):
    """Queues stored pictures to be analyzed again."""

    parser_classes = (CappedJSONParser,)

    def post(self, request: Request, token: str = "") -> Response:
        """Take `{"uuids": […]}`; what is found lands on the files."""
        found = regenerate(_read_uuids(request.data.get("uuids")))
        if not found:
            raise FileMissing("None of these files is stored here.", code="not_found")
        return Response(
            {
                "status": "success",
                "version": current_version(),
                "result": "Triggered regeneration process for 'face-analysis'",
                "elements": len(found),
                "uuids": [str(uid) for uid in found],
            },
            status=201,
        )


def _answer(request: Request, analysis: PictureAnalysis, *, file_name: str) -> dict[str, Any]:
    request_uuid = uuid.uuid4()
    return render(
        analysis.results,
        version=analysis.pipeline_version,
        request_uuid=request_uuid,
        result_url=_draw(request, analysis, request_uuid),
        file_name=file_name,
    )


def _draw(request: Request, analysis: PictureAnalysis, uid: UUID) -> str:
    """Keep a drawing and return its address, "" where none are to be kept."""
    if not settings.DAM_DRAWN_HOURS or analysis.pixels is None:
        return ""
    sketched = sketch(analysis.pixels, render_faces(analysis.results, landmarks=False))
    hour = store_sketch(sketched, uid=uid)
    return reverse("scaleflex-drawn", kwargs={"hour": hour, "uid": uid}, request=request)


def _read_uuids(values: Any) -> list[UUID]:
    if not isinstance(values, list) or not values or len(values) > MOST_UUIDS:
        raise ValidationError({"uuids": [f"Send a list of 1 to {MOST_UUIDS} uuids."]})
    try:
        return list(dict.fromkeys(UUID(str(value)) for value in values))
    except ValueError as error:
        raise ValidationError({"uuids": ["These are not all uuids."]}) from error
