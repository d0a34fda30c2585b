"""REST: faces that people draw, call none and restore, and the history of a photo."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.decisions.drawing import draw_face
from analysis.decisions.history import changes_of, undo_change
from analysis.decisions.rejecting import restore_face
from analysis.decisions.serializers import DrawnBoxSerializer, HistorySerializer
from analysis.face_serializers import FaceSerializer
from analysis.models import Face
from analysis.pipeline.types import Box
from dam.metering import metered
from dam.models import Asset
from dam.rest_requests import person, read_body


class AssetFacesView(APIView):
    """The faces of a photo that people add."""

    @extend_schema(request=DrawnBoxSerializer, responses={201: FaceSerializer})
    def post(self, request: Request, uid: UUID) -> Response:
        """Store a face that the analysis missed; it is looked at now, and by every later one."""
        asset = get_object_or_404(Asset, uid=uid)
        box = Box(**read_body(DrawnBoxSerializer, request))
        with metered(request.auth) as meter:
            meter.picture(width=asset.width, height=asset.height)
            face = draw_face(asset, box, user=person(request))
            meter.faces = 1
        return _answer(request, face, status=201)


class RestoreFaceView(APIView):
    """What was called no face."""

    @extend_schema(request=None, responses=FaceSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Take back that it is no face."""
        face = get_object_or_404(Face, uid=uid)
        restore_face(face, user=person(request))
        return _answer(request, face, status=200)


class AssetHistoryView(APIView):
    """What people changed on a photo."""

    @extend_schema(responses=HistorySerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """Who said what of its faces, the newest first; the last 500 of each kind."""
        changes = changes_of(get_object_or_404(Asset, uid=uid))
        return Response(HistorySerializer({"results": changes}).data)


class UndoChangeView(APIView):
    """One change of a photo."""

    @extend_schema(request=None, responses={204: OpenApiResponse(None, "It is taken back.")})
    def post(self, request: Request, uid: UUID, kind: str, change_id: int) -> Response:
        """Take a change back; only the last that stands of a tag, or of a face itself."""
        asset = get_object_or_404(Asset, uid=uid)
        undo_change(asset, kind=kind, change_id=change_id, user=person(request))
        return Response(status=204)


def _answer(request: Request, face: Face, *, status: int) -> Response:
    stored = Face.objects.select_related("asset").prefetch_related("tags").defer("embedding")
    context = {"request": request, "bulky": ("landmarks",)}
    return Response(FaceSerializer(stored.get(pk=face.pk), context=context).data, status=status)
