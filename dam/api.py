"""REST: bringing, listing, fetching and deleting pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveDestroyAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dam.api_errors import error_body
from dam.audit import actor_of
from dam.deletion import delete_asset
from dam.formats import EXTENSIONS
from dam.ingest import Outcome, try_ingest
from dam.models import Asset
from dam.pagination import NewestFirst
from dam.previews import open_thumbnail
from dam.rest_requests import person
from dam.roles import Right, needs
from dam.serializers import AssetSerializer, UploadResultsSerializer, UploadSerializer
from dam.storage import open_original

# Browsers show these by themselves; what they cannot show is offered for saving.
SHOWN_INLINE = frozenset(EXTENSIONS) - {"image/tiff", "image/heic"}
YEAR_SECONDS = 365 * 24 * 3600
NOT_MODIFIED = OpenApiResponse(None, "The client's copy is still good.")


class AssetListView(ListAPIView):
    """All assets, newest first; and the way to bring more."""

    serializer_class = AssetSerializer
    upload_serializer_class = UploadResultsSerializer
    pagination_class = NewestFirst
    parser_classes = (MultiPartParser,)

    def get_queryset(self) -> QuerySet[Asset]:
        return Asset.objects.all()

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={
            200: OpenApiResponse(UploadResultsSerializer, "Nothing is new: known or rejected."),
            201: OpenApiResponse(UploadResultsSerializer, "At least one asset is new."),
        },
    )
    def post(self, request: Request) -> Response:
        """Store pictures. Each file has its own result; one bad file never stops the others.

        Where every file is rejected the answer is an error, with `results` beside it.
        """
        files = request.FILES.getlist("files") + request.FILES.getlist("file")
        if not files:
            raise ValidationError({"files": ["No file was sent."]})
        outcomes = [self._ingest(file) for file in files]
        body = {"results": [_describe(outcome) for outcome in outcomes]}
        shown = self.upload_serializer_class(body, context=self.get_serializer_context()).data
        if all(outcome.status == "rejected" for outcome in outcomes):
            return _answer_all_rejected(outcomes, shown)
        is_new = any(outcome.status == "created" for outcome in outcomes)
        return Response(shown, status=201 if is_new else 200)

    def _ingest(self, file: UploadedFile) -> Outcome:
        return try_ingest(
            file,
            name=file.name or "",
            source=Asset.Source.API,
            user=person(self.request),
            folder=str(self.request.data.get("folder", "")),
        )


@needs(delete=Right.ADMIN)
class AssetView(RetrieveDestroyAPIView):
    """One asset, also one that rules refused."""

    serializer_class = AssetSerializer
    lookup_field = "uid"

    def get_queryset(self) -> QuerySet[Asset]:
        return Asset.everything.all()

    def perform_destroy(self, instance: Asset) -> None:
        delete_asset(instance, by=actor_of(self.request))


class IgnoreAccept(BaseContentNegotiation):
    """A picture has the type that it has and errors are JSON, whatever a client says it accepts."""

    def select_parser(self, request: Request, parsers: list[BaseParser]) -> BaseParser:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class OriginalView(APIView):
    """The bytes of an asset."""

    content_negotiation_class = IgnoreAccept

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY, 304: NOT_MODIFIED})
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        """The file as it was ingested. TIFF and HEIC are sent as attachments."""
        asset = get_object_or_404(Asset.everything, uid=uid)
        return send_original(request, asset)


class ThumbnailView(APIView):
    """A small copy of an asset."""

    content_negotiation_class = IgnoreAccept

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 304: NOT_MODIFIED})
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        """The picture upright as sRGB, 512 pixels wide or high at most."""
        asset = get_object_or_404(Asset.everything, uid=uid)
        return send_file(
            request,
            etag=f'"{asset.digest}-thumbnail"',
            open_file=partial(open_thumbnail, asset),
            content_type="image/jpeg",
            filename=f"{asset.uid}.jpg",
        )


def send_original(request: Request, asset: Asset) -> HttpResponseBase:
    """Stream the bytes of an asset as they were ingested."""
    return send_file(
        request,
        etag=f'"{asset.digest}"',
        open_file=partial(open_original, asset),
        content_type=asset.media_type,
        filename=asset.name,
    )


def send_file(
    request: Request,
    *,
    etag: str,
    open_file: Callable[[], File],
    content_type: str,
    filename: str,
    keep_seconds: int = YEAR_SECONDS,
) -> HttpResponseBase:
    """Stream a file, or answer 304 where the client has it already.

    The client may keep it for `keep_seconds` without asking; a year stands for a file that never
    changes.
    """
    response = get_conditional_response(request._request, etag=etag)
    if response is None:
        response = FileResponse(
            open_file(),
            content_type=content_type,
            filename=filename,
            as_attachment=content_type not in SHOWN_INLINE,
        )
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=keep_seconds)
    if keep_seconds == YEAR_SECONDS:
        patch_cache_control(response, immutable=True)
    return response


def _describe(outcome: Outcome) -> dict[str, Any]:
    error = outcome.error
    return {
        "name": outcome.name,
        "status": outcome.status,
        "asset": outcome.asset,
        "error": {"code": error.code, "message": error.message} if error else None,
    }


def _answer_all_rejected(outcomes: list[Outcome], shown: dict[str, Any]) -> Response:
    """Answer with the only file's own error, or with one that names all files."""
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if len(errors) == 1:
        body = error_body(errors[0].code, errors[0].message, errors[0].fields)
        return Response(body | shown, status=errors[0].status)
    fields: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.error:
            fields.setdefault(outcome.name, []).append(outcome.error.message)
    body = error_body("all_rejected", f"None of the {len(errors)} files was accepted.", fields)
    return Response(body | shown, status=422)
