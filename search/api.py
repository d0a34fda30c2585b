"""REST: faces that look like a face."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.models import Face
from analysis.params import read_params
from search.serializers import SimilarFaceSerializer, SimilarParams
from search.similar import similar_faces


class SimilarFacesView(APIView):
    """Faces that look like one."""

    @extend_schema(parameters=[SimilarParams], responses=SimilarFaceSerializer(many=True))
    def get(self, request: Request, uid: UUID) -> Response:
        """The stored faces nearest to this one, itself left out, nearest first."""
        params = read_params(SimilarParams, request)
        face = get_object_or_404(Face, uid=uid)
        found = similar_faces(face, limit=params["limit"])
        context = {"request": request, "bulky": ()}
        return Response(SimilarFaceSerializer(found, many=True, context=context).data)
