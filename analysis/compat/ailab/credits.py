"""A key's use in AILabTools' words: a credit is a picture, and there are new ones each day."""

from __future__ import annotations

from typing import Any

from dam.limits import limits_of
from dam.models import ApiKey, KeyUsage

# What a key without a limit has: clients that stop at a low balance must not.
PLENTY = 1_000_000_000


def render_credits(api_key: ApiKey, usage: KeyUsage) -> list[dict[str, Any]]:
    """Return the one kind of credits that there is, with what is left of today's."""
    total = limits_of(api_key).pictures_per_day or PLENTY
    return [
        {
            "unique_sign": "common",
            "name": "Universal credits",
            "balance": max(0, total - usage.pictures),
            "total": total,
            "last_recharge_balance": total,
            "balance_warning": 0,
            "first_buy_time": int(api_key.created_at.timestamp()),
            "last_update_time": int(usage.updated_at.timestamp()),
        }
    ]
