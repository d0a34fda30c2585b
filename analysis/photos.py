"""What pages show of assets: their newest runs and faces, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from analysis.listing import assets_with_runs
from analysis.models import AnalysisRun, Face
from dam.models import Asset

FACES_ON_CARD = 4
UNFINISHED = (str(AnalysisRun.Status.QUEUED), str(AnalysisRun.Status.RUNNING))


@dataclass(frozen=True, slots=True)
class Photo:
    """An asset, its newest run and its largest faces."""

    asset: Asset
    run: AnalysisRun | None
    faces: tuple[Face, ...]

    @property
    def status(self) -> str:
        return self.run.status if self.run else "none"

    @property
    def waiting(self) -> bool:
        return self.status in UNFINISHED

    @property
    def faces_not_shown(self) -> int:
        count = self.run.face_count if self.run else None
        return max((count or 0) - len(self.faces), 0)


def find_photos(uids: Iterable[UUID]) -> list[Photo]:
    """Return those of some photos that still exist, also those that rules refused."""
    assets = Asset.everything.filter(uid__in=uids)
    return list(map(_photo, _assets(assets)))


def photos_in_order(asset_ids: Sequence[int]) -> list[Photo]:
    """Return the photos of some assets in the order of their ids; those gone are left out.

    They have what a tile shows, and no faces; takes two queries.
    """
    runs = AnalysisRun.objects.order_by("-id").only(
        "asset_id", "status", "face_count", "error_message"
    )
    assets = Asset.objects.only("uid", "name", "width", "height")
    found = assets.prefetch_related(Prefetch("runs", runs)).in_bulk(asset_ids)
    shown = (found[one] for one in asset_ids if one in found)
    return [Photo(one, run=next(iter(one.runs.all()), None), faces=()) for one in shown]


def newest_run(asset: Asset) -> AnalysisRun | None:
    """Return the run whose state is the asset's state: that of the newest nets."""
    return asset.runs.order_by("-id").first()


def newer_photo(asset: Asset) -> Asset | None:
    """Return the photo before this one in the list."""
    key = Q(created_at__gt=asset.created_at) | Q(created_at=asset.created_at, id__gt=asset.pk)
    return Asset.objects.filter(key).order_by("created_at", "id").first()


def older_photo(asset: Asset) -> Asset | None:
    """Return the photo after this one in the list."""
    older = Asset.objects.filter(_older_than(asset.created_at, asset.pk))
    return older.order_by("-created_at", "-id").first()


def _assets(assets: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """Return assets with what `_photo` needs: all of the library, unless others are given."""
    faces = Face.objects.present().filter(position__lt=FACES_ON_CARD).order_by("position")
    shown = Prefetch("faces", faces.only("uid", "asset_id", "position"))
    return assets_with_runs(assets).prefetch_related(shown)


def _photo(asset: Asset) -> Photo:
    runs = asset.runs.all()
    return Photo(asset=asset, run=runs[0] if runs else None, faces=tuple(asset.faces.all()))


def _older_than(created_at: datetime, asset_id: int) -> Q:
    return Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=asset_id)
