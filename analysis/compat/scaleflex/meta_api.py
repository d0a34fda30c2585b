"""What Scaleflex' clients say of a stored file afterwards: its `meta`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.compat.scaleflex.assets import render_meta
from analysis.compat.scaleflex.meta import told_anew
from analysis.compat.scaleflex.uploads import CappedJSONParser
from analysis.compat.scaleflex.views import ScaleflexView
from dam.description import redescribe
from dam.metadata.facts import from_json
from dam.models import Asset


class FileMetaView(ScaleflexView):
    """Title, description and tags of one file; other keys are not kept."""

    parser_classes = (CappedJSONParser,)

    def put(self, request: Request, token: str, uid: UUID) -> Response:  # noqa: ARG002
        """Replace all three: what is not given is taken away."""
        return self._change(request, uid, replace=True)

    def patch(self, request: Request, token: str, uid: UUID) -> Response:  # noqa: ARG002
        """Replace those that are given."""
        return self._change(request, uid, replace=False)

    def _change(self, request: Request, uid: UUID, *, replace: bool) -> Response:
        asset = get_object_or_404(Asset, uid=uid)
        meta: Any = request.data.get("meta")
        if not isinstance(meta, dict):
            raise ValidationError({"meta": ["This must be an object."]})
        redescribe(asset, told_anew(meta, from_json(asset.metadata), replace=replace))
        return Response(
            {
                "status": "success",
                "action": "file_meta_updated",
                "file_uuid": str(uid),
                "meta": render_meta(asset),
            }
        )
