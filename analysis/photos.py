"""What pages show of assets: their newest runs and faces, in a fixed number of queries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from analysis.listing import assets_with_runs
from analysis.models import AnalysisRun, Face
from dam.models import Asset

FACES_ON_CARD = 4
UNFINISHED = (str(AnalysisRun.Status.QUEUED), str(AnalysisRun.Status.RUNNING))

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)


class UnknownPlace(ValueError):
    """Text that is not a place in the list of photos."""


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


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """Some photos, newest first, and the place where the next ones begin."""

    photos: tuple[Photo, ...]
    next_place: str | None


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """How much there is, and how many photos are not analyzed yet."""

    photos: int
    faces: int
    waiting: int

    def __str__(self) -> str:
        return f"{self.photos}-{self.faces}-{self.waiting}"


def list_photos(*, before: str | None = None, limit: int = 50) -> PhotoPage:
    """Return the newest photos, or those after a place; raises UnknownPlace."""
    assets = _assets().order_by("-created_at", "-id")
    if before is not None:
        assets = assets.filter(_older_than(*_parse_place(before)))
    rows = list(assets[: limit + 1])
    shown = rows[:limit]
    return PhotoPage(
        photos=tuple(map(_photo, shown)),
        next_place=_place(shown[-1]) if len(rows) > limit else None,
    )


def find_photos(uids: Iterable[UUID]) -> list[Photo]:
    """Return those of some photos that still exist, also those that rules refused."""
    assets = Asset.everything.filter(uid__in=uids)
    return list(map(_photo, _assets(assets)))


def photos_in_order(asset_ids: Sequence[int]) -> list[Photo]:
    """Return the photos of some assets in the order of their ids; those gone are left out."""
    found = _assets().in_bulk(asset_ids)
    return [_photo(found[one]) for one in asset_ids if one in found]


def count_photos() -> PhotoCounts:
    """Count photos, faces, and runs that are not finished."""
    return PhotoCounts(
        photos=Asset.objects.count(),
        faces=Face.objects.present().count(),
        waiting=AnalysisRun.objects.filter(status__in=UNFINISHED).count(),
    )


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


def _place(asset: Asset) -> str:
    return f"{(asset.created_at - _EPOCH) // timedelta(microseconds=1)}-{asset.pk}"


def _parse_place(text: str) -> tuple[datetime, int]:
    match = _PLACE.fullmatch(text)
    if match is None:
        raise UnknownPlace(text)
    return _EPOCH + timedelta(microseconds=int(match[1])), int(match[2])
