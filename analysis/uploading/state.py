"""What the page Upload shows: the numbers of an upload and some of its items, in fixed queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from analysis.models import AnalysisRun, Face
from analysis.photos import UNFINISHED, Photo, find_photos
from analysis.uploading.wording import next_step
from dam.models import User
from dam.uploading.models import Upload, UploadItem

Status = UploadItem.Status

ON_A_PAGE = 60
EARLIER_SHOWN = 5
# How long the pace is measured, and after how long without anything nobody seems to send.
PACE_WITHIN = timedelta(seconds=60)
QUIET_AFTER = timedelta(seconds=20)
TABS = (
    ("", "All"),
    (str(Status.STORED), "Stored"),
    (str(Status.EXISTING), "Already there"),
    (str(Status.REJECTED), "Failed"),
    (str(Status.WAITING), "Waiting"),
)
_NUMBERS: dict[str, Any] = {
    "total": Count("items"),
    **{f"{status}": Count("items", filter=Q(items__status=status)) for status in Status.values},
}


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of an upload, and how it gets on."""

    total: int
    stored: int
    existing: int
    rejected: int
    waiting: int
    # Those among them that a worker fetches rather than a page sends.
    waiting_addresses: int
    rejected_addresses: int
    faces: int
    waiting_analysis: int
    seconds_left: int | None
    is_quiet: bool

    @property
    def done(self) -> int:
        return self.total - self.waiting

    @property
    def unsent(self) -> int:
        """Files that only a page can send."""
        return self.waiting - self.waiting_addresses

    @property
    def rejected_files(self) -> int:
        return self.rejected - self.rejected_addresses

    @property
    def is_finished(self) -> bool:
        return not (self.waiting or self.waiting_analysis)

    @property
    def pace(self) -> int | None:
        """Seconds after which to look again; None where nothing changes any more."""
        if self.is_finished:
            return None
        is_idle = self.is_quiet and not (self.waiting_addresses or self.waiting_analysis)
        return 10 if is_idle else 2

    @property
    def percent_told(self) -> int:
        """How much is done, in steps that are worth reading out."""
        return self.done * 10 // max(self.total, 1) * 10

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        """What each tab shows, its label and its number."""
        return [(name, label, getattr(self, name or "total")) for name, label in TABS]

    def __str__(self) -> str:
        return "-".join(map(str, astuple(self)))


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An item, and its photo where there is one."""

    item: UploadItem
    photo: Photo | None

    @property
    def state(self) -> str:
        """What a card is drawn by: of a photo how its analysis stands."""
        if self.item.status == Status.WAITING:
            return f"waiting-{self.item.attempts}"
        return f"{self.item.status}-{self.photo.status if self.photo else 'none'}"

    @property
    def is_unfinished(self) -> bool:
        return self.item.status == Status.WAITING or bool(self.photo and self.photo.waiting)

    @property
    def has_other_name(self) -> bool:
        return bool(self.photo and self.photo.asset.name != self.item.name)

    @property
    def next_step(self) -> str:
        return next_step(self.item.error_code, is_address=bool(self.item.url))


def uploads_of(user: User) -> QuerySet[Upload]:
    """Return a person's uploads with their numbers, newest first."""
    return user.uploads.annotate(**_NUMBERS).order_by("-id")


def newest_upload(user: User) -> Upload | None:
    """Return what the page begins with: the newest upload, unless the person has cleared it."""
    newest: Upload | None = user.uploads.order_by("-id").first()
    return newest if newest and newest.cleared_at is None else None


def earlier_uploads(user: User, *, than: Upload | None) -> list[Upload]:
    """Return the newest uploads but the one that is shown."""
    return list(uploads_of(user).exclude(pk=than.pk if than else None)[:EARLIER_SHOWN])


def totals_of(upload: Upload) -> Totals:
    """Count what became of an upload's items and of their photos' analysis; takes three queries."""
    counted = upload.items.aggregate(
        **{f"n_{status}": Count("pk", filter=Q(status=status)) for status in Status.values},
        total=Count("pk"),
        waiting_addresses=Count("pk", filter=Q(status=Status.WAITING) & ~Q(url="")),
        rejected_addresses=Count("pk", filter=Q(status=Status.REJECTED) & ~Q(url="")),
        recent=Count("pk", filter=Q(settled_at__gt=Now() - PACE_WITHIN)),
    )
    assets = upload.items.exclude(asset=None).values("asset_id")
    runs = AnalysisRun.objects.filter(status__in=UNFINISHED, asset_id__in=assets)
    numbers = {status: counted[f"n_{status}"] for status in Status.values}
    return Totals(
        **numbers,
        total=counted["total"],
        waiting_addresses=counted["waiting_addresses"],
        rejected_addresses=counted["rejected_addresses"],
        faces=Face.objects.present().filter(asset_id__in=assets).count(),
        waiting_analysis=runs.values("asset_id").distinct().count(),
        seconds_left=_seconds_left(upload, waiting=numbers["waiting"], recent=counted["recent"]),
        is_quiet=timezone.now() - upload.touched_at > QUIET_AFTER,
    )


def page_of_items(upload: Upload, *, status: str, number: str) -> Page[UploadItem]:
    """Return some items of an upload: all or those of a status, in the order they were chosen."""
    items = upload.items.select_related("asset")
    if status:
        items = items.filter(status=status)
    return Paginator(items, ON_A_PAGE).get_page(number)


def cards_of(items: Iterable[UploadItem]) -> list[ItemCard]:
    """Return items with their photos, which were selected with them."""
    items = list(items)
    photos = {one.asset.pk: one for one in find_photos(i.asset.uid for i in items if i.asset)}
    return [ItemCard(item, photos.get(item.asset_id or 0)) for item in items]


def changed_cards(upload: Upload, shown: dict[int, str]) -> list[ItemCard]:
    """Return the cards of some items that are no longer in the state that a page shows."""
    items: Sequence[UploadItem] = upload.items.select_related("asset").filter(pk__in=shown)
    return [card for card in cards_of(items) if card.state != shown[card.item.pk]]


def _seconds_left(upload: Upload, *, waiting: int, recent: int) -> int | None:
    """Return how long it takes still at the pace of the last minute; None where there is none."""
    if not (waiting and recent):
        return None
    measured = min(timezone.now() - upload.created_at, PACE_WITHIN).total_seconds()
    return round(waiting * max(measured, 1.0) / recent)
