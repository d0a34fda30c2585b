"""Writes what webhooks are told of analyses and corrections, in the shapes of REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from analysis.facets import facets
from analysis.listing import assets_with_faces
from analysis.models import TagCorrection
from analysis.serializers import AssetDetailSerializer
from analysis.tag_serializers import CorrectionSerializer
from dam.models import Asset
from dam.webhooks.bodies import add_writer
from dam.webhooks.events import Event
from dam.webhooks.origin import told_request

# Each is some kilobytes, and receivers take a megabyte or two.
MOST_FACES = 100


class ToldCorrectionSerializer(CorrectionSerializer):
    """What somebody said of a tag of a face."""

    face = serializers.UUIDField(source="face.uid")
    facet = serializers.CharField()


def register() -> None:
    """Let webhooks know how to write what is noted here."""
    add_writer(Event.ANALYSIS_FINISHED, write_run)
    add_writer(Event.ANALYSIS_FAILED, write_run)
    add_writer(Event.TAG_CORRECTED, write_corrections)


def write_run(about: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the photo as it is now, and the run as it ended."""
    asset = _write_asset(about["asset"])
    return None if asset is None else {"asset": asset, "run": about["run"]}


def write_corrections(about: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the photo as it is now, and what was said; None where all that was erased since."""
    shown = [facet.name for facet in facets()]
    rows = TagCorrection.objects.filter(pk__in=about["corrections"], facet__in=shown).order_by("pk")
    said = ToldCorrectionSerializer(rows.select_related("face", "user"), many=True).data
    asset = _write_asset(about["asset"]) if said else None
    return None if asset is None else {"asset": asset, "corrections": said}


def _write_asset(asset_id: int) -> dict[str, Any] | None:
    """Return a photo as `GET assets/{uid}` shows it, with the MOST_FACES largest faces."""
    # Who sent a photo that a rule refused hears of that by its verdict.
    stored = Asset.everything.filter(pk=asset_id)
    asset = assets_with_faces(landmarks=False, assets=stored).first()
    if asset is None:
        return None
    context = {"request": told_request(), "bulky": ()}
    shown: dict[str, Any] = AssetDetailSerializer(asset, context=context).data
    return shown | {"faces": shown["faces"][:MOST_FACES]}
