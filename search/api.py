"""REST: faces by what they show, counts of facets, exports, and faces that look like a face."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from analysis import api as analysis_api
from analysis.face_serializers import FaceSerializer
from analysis.listing import faces_for_lists
from analysis.models import Face
from analysis.params import LandmarksParams
from dam.api import IgnoreAccept
from dam.rest_requests import read_params
from search.counts import count_facets
from search.export.coco import write_coco
from search.export.sidecar_archive import write_sidecars
from search.export.tables import write_csv, write_jsonl
from search.filters import FaceQueryFilter
from search.matching import find_matches
from search.paging import in_order, page_of_faces, page_of_photos
from search.query import FaceQuery, Show
from search.rest_pages import FoundPages
from search.serializers import FacetCountsSerializer


@extend_schema_view(get=extend_schema(parameters=[LandmarksParams]))
class FaceListView(ListAPIView):
    """Stored faces that have what is asked for."""

    serializer_class = FaceSerializer
    filter_backends = (FaceQueryFilter,)
    pagination_class = FoundPages
    own_parameters = ("cursor", "page_size", "landmarks")
    shows = Show.FACES

    def get_queryset(self) -> QuerySet[Face]:
        return faces_for_lists(landmarks=self._landmarks()).select_related("asset")

    def list(self, request: Request) -> Response:
        query = FaceQuery.from_params(
            request.query_params, besides=self.own_parameters, shows=self.shows
        )
        ids = self.paginator.cut(page_of_faces, find_matches(query), request)
        faces = self.get_serializer(in_order(self.get_queryset(), ids), many=True)
        return self.get_paginated_response(faces.data)

    def get_serializer_context(self) -> dict[str, Any]:
        bulky = ("landmarks",) if self._landmarks() else ()
        return {**super().get_serializer_context(), "bulky": bulky}

    def _landmarks(self) -> bool:
        return bool(read_params(LandmarksParams, self.request)["landmarks"])


class AssetListView(analysis_api.AssetListView):
    """All assets, or those with faces that are asked for; and the way to bring more."""

    filter_backends = (FaceQueryFilter,)
    pagination_class = FoundPages
    own_parameters = ("cursor", "page_size")
    shows = Show.PHOTOS

    def list(self, request: Request) -> Response:
        if not request.query_params.keys() - set(self.own_parameters):
            # By the very time of storing, as ever: cursors that clients keep stay right.
            return super().list(request)
        query = FaceQuery.from_params(
            request.query_params, besides=self.own_parameters, shows=self.shows
        )
        ids = self.paginator.cut(page_of_photos, find_matches(query), request)
        assets = self.get_serializer(in_order(self.get_queryset(), ids), many=True)
        return self.get_paginated_response(assets.data)


class FacetsView(GenericAPIView):
    """Every facet, and how many faces or photos have each of its values."""

    filter_backends = (FaceQueryFilter,)
    shows = None

    @extend_schema(filters=True, responses=FacetCountsSerializer)
    def get(self, request: Request) -> Response:
        """Count what is asked for; each facet as if nothing were asked of it."""
        counts = count_facets(FaceQuery.from_params(request.query_params))
        return Response(FacetCountsSerializer(counts).data)


class ExportCsvView(GenericAPIView):
    """Faces as a table."""

    filter_backends = (FaceQueryFilter,)
    shows = Show.FACES
    content_negotiation_class = IgnoreAccept

    @extend_schema(
        operation_id="export_csv",
        tags=["export"],
        filters=True,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every face that is asked for as a line of CSV, with a header."""
        return _send(request, write_csv, content_type="text/csv; charset=utf-8", ending="csv")


class ExportCocoView(GenericAPIView):
    """Faces and their photos as COCO JSON."""

    filter_backends = (FaceQueryFilter,)
    shows = Show.FACES
    content_negotiation_class = IgnoreAccept

    @extend_schema(
        operation_id="export_coco",
        tags=["export"],
        filters=True,
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every face that is asked for as an annotation, and the photos that they are in."""
        return _send(request, write_coco, content_type="application/json", ending="coco.json")


class ExportSidecarsView(GenericAPIView):
    """Photos' XMP sidecars."""

    filter_backends = (FaceQueryFilter,)
    shows = None
    content_negotiation_class = IgnoreAccept

    @extend_schema(
        operation_id="export_sidecars",
        tags=["export"],
        filters=True,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """A sidecar for every photo that is asked for, with its tags, faces and names."""
        return _send(
            request,
            write_sidecars,
            content_type="application/zip",
            ending="zip",
            shows=None,
            what="sidecars",
        )


class ExportJsonlView(GenericAPIView):
    """Faces as lines of JSON."""

    filter_backends = (FaceQueryFilter,)
    shows = Show.FACES
    content_negotiation_class = IgnoreAccept

    @extend_schema(
        operation_id="export_jsonl",
        tags=["export"],
        filters=True,
        responses={(200, "application/jsonl"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every face that is asked for as an object on a line of its own."""
        return _send(request, write_jsonl, content_type="application/jsonl", ending="jsonl")


def _send(
    request: Request,
    write: Callable[[FaceQuery], Iterator[str] | Iterator[bytes]],
    *,
    content_type: str,
    ending: str,
    shows: Show | None = Show.FACES,
    what: str = "faces",
) -> StreamingHttpResponse:
    """Stream what a request asks for as a file to be saved; `shows` where that is settled."""
    query = FaceQuery.from_params(request.query_params, shows=shows)
    response = StreamingHttpResponse(write(query), content_type=content_type)
    name = f"{what}-{timezone.localdate():%Y-%m-%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
