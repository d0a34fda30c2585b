"""What keys used, for REST and the page of usage."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from dam.api_keys import working_keys
from dam.limits import Limits, limits_of
from dam.metering import today
from dam.models import ApiKey, KeyUsage


@dataclass(frozen=True, slots=True)
class KeyToday:
    """A key that works, what it used today, and what it may use; 0 is without a limit."""

    api_key: ApiKey
    usage: KeyUsage
    limits: Limits


def usage_of(api_key: ApiKey | None) -> QuerySet[KeyUsage]:
    """Return what a key used, or all keys, by day."""
    usage = KeyUsage.objects.select_related("api_key")
    return usage if api_key is None else usage.filter(api_key=api_key)


def keys_today() -> list[KeyToday]:
    """Return all keys that work, by name."""
    used = {one.api_key_id: one for one in KeyUsage.objects.filter(day=today())}
    keys = working_keys().select_related("created_by").order_by("name", "pk")
    return [
        KeyToday(key, used.get(key.pk) or KeyUsage(api_key=key, day=today()), limits_of(key))
        for key in keys
    ]
