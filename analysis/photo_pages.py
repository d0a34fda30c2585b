"""What the page of one photo shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from analysis.decisions.history import changes_of, last_change
from analysis.face_cards import FaceCard, face_cards
from analysis.models import AnalysisRun, Face
from analysis.neighbours import neighbours_of
from analysis.overlay import Stage, close_up, whole_picture
from analysis.people import known_people
from analysis.photos import UNFINISHED
from dam.api import SHOWN_INLINE
from dam.collections.lists import collections_of, suggested_names
from dam.metadata.facts import from_json
from dam.metadata.wording import facts_in_words
from dam.models import Asset
from dam.previews import PREVIEW_SIDE_PX
from dam.verdicts.lists import warnings_of

# A larger one takes longer to load than to look at.
MOST_ORIGINAL_BYTES = 40_000_000


def photo_context(
    asset: Asset, run: AnalysisRun | None, *, face: str, listed: str
) -> dict[str, Any]:
    """Return what the template shows of a photo.

    `face` is the uid of the face to show close up, or anything else; `listed` the list that the
    photo was opened from.
    """
    cards = face_cards(asset)
    chosen = next((card for card in cards if str(card.face.uid) == face), None)
    return {
        "asset": asset,
        "run": run,
        "waiting": run is not None and run.status in UNFINISHED,
        "cards": cards,
        "told": facts_in_words(from_json(asset.metadata)),
        "people": known_people() if cards else [],
        "chosen": chosen,
        "stage": _stage(asset, chosen),
        "original": _sharper(asset),
        "listed": listed,
        "around": neighbours_of(asset, face=_uid(face), listed=listed),
        "collections": collections_of(asset),
        "warnings": warnings_of(asset),
        "collection_names": suggested_names(),
        **history_context(asset),
    }


def history_context(asset: Asset) -> dict[str, Any]:
    """Return what the template shows of what people said of a photo's faces."""
    changes = changes_of(asset)
    return {
        "asset": asset,
        "changes": changes,
        "last_change": last_change(changes),
        "rejected": rejected_faces(asset),
    }


def rejected_faces(asset: Asset) -> list[Face]:
    """Return what people said is no face, in the order in which they said it."""
    rejected = Face.objects.filter(asset=asset).exclude(rejected_at=None)
    return list(rejected.defer("embedding", "landmarks", "readings").order_by("rejected_at"))


def _stage(asset: Asset, chosen: FaceCard | None) -> Stage:
    size = {"width": asset.width, "height": asset.height}
    return close_up(chosen.face.box, **size) if chosen else whole_picture(**size)


def _sharper(asset: Asset) -> str:
    """Return the address of the original where a browser shows it and it is sharper; else ""."""
    is_sharper = max(asset.width, asset.height) > PREVIEW_SIDE_PX
    is_shown = asset.media_type in SHOWN_INLINE and asset.size_bytes <= MOST_ORIGINAL_BYTES
    return reverse("api:asset-original", args=[asset.uid]) if is_sharper and is_shown else ""


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
