"""API keys: the one writer of ApiKey."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from dam.audit import COMMAND_LINE, Actor, Kind, record
from dam.errors import DamError
from dam.models import ApiKey
from dam.names import read_name
from dam.roles import SCOPE_RIGHTS

MARK = "fct"
PREFIX_LENGTH = 8
SECRET_LENGTH = 43  # 256 bits
ALPHABET = string.ascii_letters + string.digits
USE_IS_NOTED_EVERY = timedelta(minutes=1)
MOST_LIMIT = 1_000_000_000
# What a key may ask for, by the name of the field, and in words.
LIMITS: Mapping[str, str] = {
    "requests_per_minute": "requests that look at a picture, in a minute",
    "megapixels_per_minute": "millions of pixels in a minute",
    "concurrent_requests": "requests that are answered at the same time",
    "pictures_per_day": "pictures in a day",
}


class InvalidKey(DamError):
    """A key cannot be made like that; `fields` says which value is wrong."""

    code = "invalid"
    status = 400

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message, fields={name: [message]})


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A stored key and its text, which nobody can learn again."""

    api_key: ApiKey
    text: str


def create_api_key(
    *,
    name: str,
    scopes: Iterable[str],
    limits: Mapping[str, int | None] | None = None,
    expires_at: datetime | None = None,
    by: Actor = COMMAND_LINE,
) -> NewApiKey:
    """Make a key `fct_<prefix>_<secret>` and store its digest. Raises InvalidName and InvalidKey.

    `limits` are its own ones by the name of the field; where there is none the settings' count.
    """
    name, scopes, limits = read_name(name), least_scopes(scopes), limits or {}
    _check(limits, expires_at)
    prefix = "".join(secrets.choice(ALPHABET) for _ in range(PREFIX_LENGTH))
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    text = f"{MARK}_{prefix}_{secret}"
    with transaction.atomic():
        api_key = ApiKey.objects.create(
            name=name,
            prefix=prefix,
            digest=_digest(text),
            scopes=scopes,
            expires_at=expires_at,
            created_by=by.user,
            **limits,
        )
        allowed = ", ".join(api_key.scopes)
        record(Kind.KEY, f"made the API key “{name}” ({prefix}) for {allowed}", by=by)
    return NewApiKey(api_key=api_key, text=text)


def revoke_api_key(prefix: str, *, by: Actor = COMMAND_LINE) -> bool:
    """Make a key useless from now on; tell whether there was one with this prefix to revoke."""
    with transaction.atomic():
        keys = ApiKey.objects.select_for_update(no_key=True)
        api_key = keys.filter(prefix=prefix, revoked_at=None).first()
        if api_key is None:
            return False
        api_key.revoked_at = timezone.now()
        api_key.save(update_fields=["revoked_at"])
        record(Kind.KEY, f"revoked the API key “{api_key.name}” ({prefix})", by=by)
    return True


def working_keys() -> QuerySet[ApiKey]:
    """Return the keys that were neither revoked nor have expired, the oldest first."""
    not_expired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return ApiKey.objects.filter(not_expired, revoked_at=None).order_by("created_at", "pk")


def is_working(api_key: ApiKey) -> bool:
    """Tell whether a key was neither revoked nor has expired."""
    expires_at = api_key.expires_at
    return api_key.revoked_at is None and (expires_at is None or timezone.now() < expires_at)


def find_api_key(text: str) -> ApiKey | None:
    """Return the key with this text if it works."""
    api_key = find_any_api_key(text)
    return api_key if api_key and is_working(api_key) else None


def find_any_api_key(text: str) -> ApiKey | None:
    """Return the key with this text, also one that works no more."""
    parts = text.split("_")
    if len(parts) != 3 or parts[0] != MARK:
        return None
    api_key = ApiKey.objects.filter(prefix=parts[1]).first()
    # An unknown prefix takes as long as a wrong secret.
    is_right = hmac.compare_digest(api_key.digest if api_key else "", _digest(text))
    return api_key if api_key and is_right else None


def note_use(api_key: ApiKey) -> None:
    """Store when a key was used, to the minute: a write for each request would cost too much."""
    now = timezone.now()
    if api_key.last_used_at is None or now - api_key.last_used_at >= USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=api_key.pk).update(last_used_at=now)


def least_scopes(scopes: Iterable[str]) -> list[str]:
    """Return those scopes that no other one of them includes, in the order of Scope.

    Raises InvalidKey where there is none, or one that nobody knows.
    """
    chosen = set(scopes)
    if not chosen or not chosen <= set(ApiKey.Scope.values):
        raise InvalidKey("scopes", f"Choose at least one of {', '.join(ApiKey.Scope.values)}.")
    included = {less.value for one in chosen for less in SCOPE_RIGHTS[one] if less.value != one}
    return [scope for scope in ApiKey.Scope.values if scope in chosen - included]


def end_of(day: date) -> datetime:
    """Return when a key expires that works until a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)


def _check(limits: Mapping[str, int | None], expires_at: datetime | None) -> None:
    for name, limit in limits.items():
        if limit is not None and not 0 <= limit <= MOST_LIMIT:
            raise InvalidKey(name, f"Must be 0 to {MOST_LIMIT}; 0 is without a limit.")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidKey("expires_at", "Must be in the future.")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
