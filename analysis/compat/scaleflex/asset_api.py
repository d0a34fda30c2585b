"""Scaleflex' asset API, versions 4 and 5 alike: stored pictures as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.compat.scaleflex.assets import render_asset
from analysis.compat.scaleflex.errors import SAME_ASSET, body_of, error_body
from analysis.compat.scaleflex.storing import store
from analysis.compat.scaleflex.uploads import CappedJSONParser
from analysis.compat.scaleflex.views import ScaleflexView
from analysis.listing import assets_with_faces
from dam.api import IgnoreAccept, send_original
from dam.audit import actor_of
from dam.deletion import delete_asset
from dam.description import clean_folder
from dam.ingest import Outcome
from dam.models import Asset
from dam.roles import Right, needs

MOST_LISTED = 200


class ListParams(serializers.Serializer):
    """Which files are listed."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST_LISTED, default=50)
    offset = serializers.IntegerField(min_value=0, max_value=10**9, default=0)
    folder = serializers.CharField(default="", allow_blank=True)


class FilesView(ScaleflexView):
    """All files, newest first; and the way to bring more."""

    parser_classes = (MultiPartParser, CappedJSONParser)

    def get(self, request: Request, token: str) -> Response:
        """List files with what was found in them; `folder` names one, without those below."""
        params = ListParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        asked = params.validated_data
        assets = assets_with_faces(landmarks=False)
        if folder := clean_folder(asked["folder"]):
            assets = assets.filter(folder=folder)
        page = assets[asked["offset"] : asked["offset"] + asked["limit"]]
        files = [render_asset(asset, request=request, token=token) for asset in page]
        info = {"total_files_count": _count(assets), "files_count": len(files)}
        return Response({"status": "success", "files": files, "info": info})

    def post(self, request: Request, token: str) -> Response:
        """Store pictures; one that is known already is left as it is."""
        outcomes = store(request, folder=request.query_params.get("folder", ""))
        files = _rendered(outcomes, request=request, token=token)
        answers = [_answer(outcome, files) for outcome in outcomes]
        if len(outcomes) == 1:
            return Response(answers[0], status=_status(outcomes))
        return Response(_answer_many(outcomes, answers, files), status=_status(outcomes))


@needs(delete=Right.ADMIN)
class FileView(ScaleflexView):
    """One file."""

    def get(self, request: Request, token: str, uid: UUID) -> Response:
        assets = assets_with_faces(landmarks=True, assets=Asset.everything.all())
        asset = get_object_or_404(assets, uid=uid)
        file = render_asset(asset, request=request, token=token, landmarks=True)
        return Response({"status": "success", "file": file})

    def delete(self, request: Request, token: str, uid: UUID) -> Response:  # noqa: ARG002
        delete_asset(get_object_or_404(Asset.everything, uid=uid), by=actor_of(request))
        return Response({"status": "success", "uuid": str(uid)})


class FileOriginalView(ScaleflexView):
    """The bytes of a file, which its `url.cdn` leads to."""

    content_negotiation_class = IgnoreAccept

    def get(self, request: Request, token: str, uid: UUID) -> HttpResponseBase:  # noqa: ARG002
        asset = get_object_or_404(Asset.everything, uid=uid)
        return send_original(request, asset)


def _count(assets: QuerySet[Asset]) -> int:
    return assets.prefetch_related(None).order_by().count()


def _rendered(
    outcomes: Sequence[Outcome], *, request: Request, token: str
) -> dict[int, dict[str, Any]]:
    """Return the stored files of some outcomes by the ids of their assets."""
    ids = {outcome.asset.pk for outcome in outcomes if outcome.asset is not None}
    # A rule may have refused one that is known.
    assets = assets_with_faces(landmarks=False, assets=Asset.everything.filter(pk__in=ids))
    return {asset.pk: render_asset(asset, request=request, token=token) for asset in assets}


def _answer(outcome: Outcome, files: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return what is said of one picture, as if it were the only one."""
    if outcome.asset is None:
        assert outcome.error is not None
        return {**body_of(outcome.error), "name": outcome.name}
    file = files[outcome.asset.pk]
    if outcome.created:
        return {"status": "success", "file": file}
    known = error_body(SAME_ASSET, "The same file is stored already.")
    return {**known, "existing_file_uuid": file["uuid"], "file": file}


def _answer_many(
    outcomes: Sequence[Outcome],
    answers: Sequence[dict[str, Any]],
    files: dict[int, dict[str, Any]],
) -> dict[str, Any]:
    """Return new and known files in their order, and apart what else is said of each."""
    stored = [files[outcome.asset.pk] for outcome in outcomes if outcome.asset is not None]
    errors = [answer for answer in answers if answer["status"] == "error"]
    told = [{name: value for name, value in each.items() if name != "file"} for each in errors]
    start = {"status": "success"} if stored else told[0]
    return {**start, "files": stored, "errors": told}


def _status(outcomes: Sequence[Outcome]) -> int:
    """Return 200 where anything is stored, as of files that were known: clients read the body."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    return errors[0].status if len(errors) == len(outcomes) else 200
