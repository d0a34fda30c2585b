"""REST: faces, runs, what is known of assets, and pictures that are only looked at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView, RetrieveDestroyAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.adhoc import analyze_picture
from analysis.decisions.rejecting import reject_face
from analysis.face_crops import face_crop_etag, open_face_crop
from analysis.face_serializers import FaceSerializer
from analysis.listing import assets_for_lists, assets_with_faces
from analysis.models import AnalysisRun, Face
from analysis.params import (
    FaceParams,
    LandmarksParams,
    RunListParams,
)
from analysis.serializers import (
    AnalyzedAssetSerializer,
    AnalyzedUploadResultsSerializer,
    AssetDetailSerializer,
    PictureAnalysisSerializer,
    PictureSerializer,
    RunSerializer,
)
from dam import api as dam_api
from dam.collections import api as collections_api
from dam.metering import metered
from dam.models import Asset
from dam.pagination import NewestFirst
from dam.rest_requests import person, read_params
from dam.roles import Right, needs
from dam.schema import WHILE_YOU_WAIT

HOUR_SECONDS = 3600


class RunPages(NewestFirst):
    """The newest run first."""

    ordering = ("-id",)


@extend_schema_view(
    post=extend_schema(
        request={"multipart/form-data": dam_api.UploadSerializer},
        responses={
            200: OpenApiResponse(
                AnalyzedUploadResultsSerializer, "Nothing is new: known or rejected."
            ),
            201: OpenApiResponse(AnalyzedUploadResultsSerializer, "At least one asset is new."),
        },
    )
)
class AssetListView(dam_api.AssetListView):
    """All assets with the state of their analysis, newest first; and the way to bring more."""

    serializer_class = AnalyzedAssetSerializer
    upload_serializer_class = AnalyzedUploadResultsSerializer

    def get_queryset(self) -> QuerySet[Asset]:
        return assets_for_lists()


@extend_schema_view(get=extend_schema(parameters=[LandmarksParams]))
class AssetView(dam_api.AssetView):
    """One asset with its faces."""

    serializer_class = AssetDetailSerializer

    def get_queryset(self) -> QuerySet[Asset]:
        return assets_with_faces(
            landmarks="landmarks" in self._bulky(), assets=Asset.everything.all()
        )

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "bulky": self._bulky()}

    def _bulky(self) -> tuple[str, ...]:
        return _bulky(read_params(LandmarksParams, self.request))


@extend_schema_view(get=extend_schema(operation_id="collections_assets_list"))
class CollectionAssetsView(collections_api.CollectionAssetsView):
    """The photos of a collection with the state of their analysis, the last added first."""

    serializer_class = AnalyzedAssetSerializer

    def get_assets(self) -> QuerySet[Asset]:
        return assets_for_lists()


@extend_schema_view(
    get=extend_schema(parameters=[FaceParams]),
    delete=extend_schema(description="Say that it is no face: no analysis brings it back."),
)
class FaceView(RetrieveDestroyAPIView):
    """One face with its landmarks, and its embedding if that is asked for."""

    serializer_class = FaceSerializer
    lookup_field = "uid"

    def get_queryset(self) -> QuerySet[Face]:
        faces = Face.objects.present().select_related("asset").prefetch_related("tags")
        return faces if "embedding" in self._bulky() else faces.defer("embedding")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "bulky": self._bulky()}

    def perform_destroy(self, instance: Face) -> None:
        reject_face(instance, user=person(self.request))

    def _bulky(self) -> tuple[str, ...]:
        return ("landmarks", *_bulky(read_params(FaceParams, self.request)))


class FaceCropView(APIView):
    """A small picture of a face."""

    content_negotiation_class = dam_api.IgnoreAccept

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 304: dam_api.NOT_MODIFIED})
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        """A JPEG of the square around the face, 256 pixels wide or high at most."""
        face = get_object_or_404(Face.objects.present().select_related("asset"), uid=uid)
        # Another analysis may move the box, so a client may keep it only for a while.
        return dam_api.send_file(
            request,
            etag=face_crop_etag(face),
            open_file=lambda: open_face_crop(face),
            content_type="image/jpeg",
            filename=f"{face.uid}.jpg",
            keep_seconds=HOUR_SECONDS,
        )


@needs(post=Right.ANALYZE)
class AnalyzeView(APIView):
    """Looks at a picture without keeping anything."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        parameters=[FaceParams],
        request={"multipart/form-data": PictureSerializer},
        responses={200: PictureAnalysisSerializer, **WHILE_YOU_WAIT},
    )
    def post(self, request: Request) -> Response:
        """Return every face of a picture and all readings at once; nothing is stored."""
        bulky = ("landmarks", *_bulky(read_params(FaceParams, request)))
        image = request.FILES.get("image")
        if image is None:
            raise ValidationError({"image": ["No file was sent."]})
        with metered(request.auth) as meter:
            analysis = analyze_picture(image, admit=meter.admit)
            meter.faces = len(analysis.faces)
        return Response(PictureAnalysisSerializer(analysis, context={"bulky": bulky}).data)


@extend_schema_view(get=extend_schema(parameters=[RunListParams]))
class RunListView(ListAPIView):
    """Analyses of assets, newest first."""

    serializer_class = RunSerializer
    pagination_class = RunPages

    def get_queryset(self) -> QuerySet[AnalysisRun]:
        params = read_params(RunListParams, self.request)
        runs = AnalysisRun.objects.select_related("asset")
        if "asset" in params:
            runs = runs.filter(asset__uid=params["asset"])
        if "status" in params:
            runs = runs.filter(status=params["status"])
        return runs


class RunView(RetrieveAPIView):
    """One analysis of one asset."""

    serializer_class = RunSerializer
    lookup_field = "uid"

    def get_queryset(self) -> QuerySet[AnalysisRun]:
        return AnalysisRun.objects.select_related("asset")


def _bulky(params: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in ("landmarks", "embedding") if params.get(name))
