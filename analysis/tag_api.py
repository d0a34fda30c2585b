"""REST: the tags of a face, and what people say of them."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.face_tags import tags_with_history
from analysis.facets import Facet, find_facet
from analysis.models import Face
from analysis.tag_serializers import CorrectTagSerializer, FacetTagSerializer
from analysis.tagging import clear_correction, correct_tag
from dam.rest_requests import person, read_body


class FaceTagsView(APIView):
    """The tags of a face."""

    @extend_schema(responses=FacetTagSerializer(many=True))
    def get(self, request: Request, uid: UUID) -> Response:  # noqa: ARG002
        """Every facet with its tag of this face, and what people said of it, newest first."""
        tags = tags_with_history(_find_face(uid))
        return Response(FacetTagSerializer(tags, many=True).data)


class FaceTagView(APIView):
    """One tag of a face."""

    @extend_schema(request=CorrectTagSerializer, responses=FacetTagSerializer)
    def put(self, request: Request, uid: UUID, facet: str) -> Response:
        """Set a tag to what a person says; it stays when the picture is analyzed again."""
        face, known = _find_face(uid), find_facet(facet)
        value = read_body(CorrectTagSerializer, request)["value"]
        correct_tag(face, facet=facet, value=value, user=person(request))
        return _answer(face, known)

    @extend_schema(responses={200: FacetTagSerializer})
    def delete(self, request: Request, uid: UUID, facet: str) -> Response:
        """Take back what a person said; the tag is what the nets say again."""
        face, known = _find_face(uid), find_facet(facet)
        clear_correction(face, facet=facet, user=person(request))
        return _answer(face, known)


def _find_face(uid: UUID) -> Face:
    face: Face = get_object_or_404(Face.objects.present().defer("embedding", "landmarks"), uid=uid)
    return face


def _answer(face: Face, facet: Facet) -> Response:
    (tag,) = tags_with_history(face, only=facet)
    return Response(FacetTagSerializer(tag).data)
