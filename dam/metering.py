"""Counts what each key has looked at, and keeps it within its limits.

Whatever looks at a picture at once goes through `metered`. What is looked at in the background
costs whoever waits nothing, and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from dam.imaging import ImageInfo
from dam.limits import LimitExceeded, limits_of, slot, spend_pixels, spend_request
from dam.models import ApiKey, KeyUsage


@dataclass(slots=True)
class Meter:
    """What one request used so far. Without a key, as of people, nothing is limited or stored."""

    api_key: ApiKey | None
    pictures: int = 0
    pixels: int = 0
    faces: int = 0

    def admit(self, info: ImageInfo) -> None:
        """Count a picture by its header. Raises LimitExceeded."""
        self.picture(width=info.width, height=info.height)

    def picture(self, *, width: int, height: int) -> None:
        """Count a picture before it is decoded. Raises LimitExceeded."""
        if self.api_key is not None:
            _refuse_beyond_the_day(self.api_key)
            spend_pixels(self.api_key, width * height)
        self.pictures += 1
        self.pixels += width * height


@contextmanager
def metered(api_key: ApiKey | None) -> Iterator[Meter]:
    """Admit a request, and note what it used when it ends, however it ends.

    Raises LimitExceeded.
    """
    meter = Meter(api_key)
    if api_key is None:
        yield meter
        return
    is_refused = False
    try:
        spend_request(api_key)
        with slot(api_key):
            yield meter
    except LimitExceeded:
        is_refused = True
        raise
    finally:
        _note(api_key, meter, refused=int(is_refused))


def used_today(api_key: ApiKey) -> KeyUsage:
    """Return what a key used today; all zero where it used nothing."""
    usage = KeyUsage.objects.filter(api_key=api_key, day=today()).first()
    return usage or KeyUsage(api_key=api_key, day=today(), updated_at=api_key.created_at)


def _refuse_beyond_the_day(api_key: ApiKey) -> None:
    limit = limits_of(api_key).pictures_per_day
    if limit and used_today(api_key).pictures >= limit:
        now = timezone.now()
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        raise LimitExceeded(
            f"This key may have {limit} pictures looked at in a day.",
            wait_seconds=(midnight - now).total_seconds(),
        )


def _note(api_key: ApiKey, meter: Meter, *, refused: int) -> None:
    used = {
        "requests": 1,
        "refused": refused,
        "pictures": meter.pictures,
        "pixels": meter.pixels,
        "faces": meter.faces,
    }
    rows = KeyUsage.objects.filter(api_key=api_key, day=today())
    added = {name: F(name) + value for name, value in used.items()}
    if rows.update(**added, updated_at=Now()):
        return
    # The first of the day, or one of several first ones.
    KeyUsage.objects.bulk_create([KeyUsage(api_key=api_key, day=today())], ignore_conflicts=True)
    rows.update(**added, updated_at=Now())


def today() -> date:
    """Return the day that use is counted under, in UTC."""
    return timezone.now().astimezone(UTC).date()
