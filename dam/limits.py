"""How much a key may ask for, and how fast.

Requests and pixels are paced by the generic cell rate algorithm (ITU-T I.371): a key may spend a
whole minute's worth at once, and then earns it back evenly. One row a measure holds when all that
was spent will have been earned. Times are the database's, so several machines agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from dam.errors import DamError
from dam.models import ApiKey, KeyPace

WINDOW_SECONDS = 60
# A picture takes about as long, so then one of the others may have ended.
BUSY_SECONDS = 1

_SPEND = """
    INSERT INTO dam_keypace AS pace (api_key_id, measure, due_at)
    VALUES (%(key)s, %(measure)s, clock_timestamp() + %(cost)s * interval '1 second')
    ON CONFLICT (api_key_id, measure) DO UPDATE
    SET due_at = greatest(pace.due_at, clock_timestamp()) + %(cost)s * interval '1 second'
    WHERE pace.due_at <= clock_timestamp()
        OR pace.due_at + %(cost)s * interval '1 second'
            <= clock_timestamp() + %(window)s * interval '1 second'
    RETURNING 1
"""
_WAIT = """
    SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM dam_keypace
    WHERE api_key_id = %(key)s AND measure = %(measure)s
"""
_TAKE_SLOT = """
    SELECT slot FROM generate_series(1, %s) AS slot WHERE pg_try_advisory_lock(%s, slot) LIMIT 1
"""


class LimitExceeded(DamError):
    """A key asked for more than it may; the same request may be sent again later."""

    code = "rate_limited"
    status = 429
    retry = True

    def __init__(self, message: str, *, wait_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = max(1, math.ceil(wait_seconds))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a key may ask for; 0 is without a limit."""

    requests_per_minute: int
    megapixels_per_minute: int
    concurrent_requests: int
    pictures_per_day: int

    @property
    def is_any(self) -> bool:
        return any(
            (
                self.requests_per_minute,
                self.megapixels_per_minute,
                self.concurrent_requests,
                self.pictures_per_day,
            )
        )


def limits_of(api_key: ApiKey) -> Limits:
    """Return the key's own limits, and those of the settings where it has none."""

    def chosen(own: int | None, usual: int) -> int:
        return usual if own is None else own

    return Limits(
        requests_per_minute=chosen(
            api_key.requests_per_minute, settings.DAM_KEY_REQUESTS_PER_MINUTE
        ),
        megapixels_per_minute=chosen(
            api_key.megapixels_per_minute, settings.DAM_KEY_MEGAPIXELS_PER_MINUTE
        ),
        concurrent_requests=chosen(
            api_key.concurrent_requests, settings.DAM_KEY_CONCURRENT_REQUESTS
        ),
        pictures_per_day=chosen(api_key.pictures_per_day, settings.DAM_KEY_PICTURES_PER_DAY),
    )


def spend_request(api_key: ApiKey) -> None:
    """Count one request. Raises LimitExceeded."""
    limit = limits_of(api_key).requests_per_minute
    if limit:
        _spend(api_key, KeyPace.Measure.REQUESTS, 1, limit, f"{limit} requests a minute")


def spend_pixels(api_key: ApiKey, pixels: int) -> None:
    """Count a picture. One that is larger than the limit is taken when nothing is owed.

    Raises LimitExceeded.
    """
    limit = limits_of(api_key).megapixels_per_minute
    if limit:
        what = f"{limit} megapixels a minute"
        _spend(api_key, KeyPace.Measure.PIXELS, pixels / 1e6, limit, what)


@contextmanager
def slot(api_key: ApiKey) -> Iterator[None]:
    """Be one of the requests that a key may have answered at the same time.

    Slots are locks of the database session: those of a process that dies are free at once.
    Raises LimitExceeded.
    """
    limit = limits_of(api_key).concurrent_requests
    if not limit:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_SLOT, [limit, api_key.pk])
        row = cursor.fetchone()
    if row is None:
        raise LimitExceeded(
            f"This key may have {limit} requests answered at the same time.",
            wait_seconds=BUSY_SECONDS,
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [api_key.pk, row[0]])


def _spend(api_key: ApiKey, measure: str, amount: float, limit: int, what: str) -> None:
    cost = amount * WINDOW_SECONDS / limit
    values = {"key": api_key.pk, "measure": str(measure), "cost": cost, "window": WINDOW_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, values)
        if cursor.fetchone() is not None:
            return
        cursor.execute(_WAIT, values)
        owed = cursor.fetchone()[0]
    # What costs more than a minute's worth is taken when nothing is owed.
    wait_seconds = owed - max(0.0, WINDOW_SECONDS - cost)
    raise LimitExceeded(f"This key may ask for {what}.", wait_seconds=wait_seconds)
