"""Who may call the REST API: API keys for programs, sessions for people, and their scopes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from dam.models import ApiKey

if TYPE_CHECKING:
    # That module imports this one, through the REST settings.
    from rest_framework.views import APIView

MARK = "fct"
PREFIX_LENGTH = 8
SECRET_LENGTH = 43  # 256 bits
INVALID_KEY_MESSAGE = "The API key is wrong or was revoked. `manage.py create_api_key` makes one."
ALPHABET = string.ascii_letters + string.digits
USE_IS_NOTED_EVERY = timedelta(minutes=1)

# Each scope includes those before it.
SCOPES = (ApiKey.Scope.READ, ApiKey.Scope.WRITE, ApiKey.Scope.ADMIN)


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A stored key and its text, which nobody can learn again."""

    api_key: ApiKey
    text: str


def create_api_key(
    *, name: str, scope: ApiKey.Scope, limits: Mapping[str, int | None] | None = None
) -> NewApiKey:
    """Make a key `fct_<prefix>_<secret>` and store its digest.

    `limits` are its own ones by the name of the field; where there is none the settings' count.
    """
    prefix = "".join(secrets.choice(ALPHABET) for _ in range(PREFIX_LENGTH))
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    text = f"{MARK}_{prefix}_{secret}"
    api_key = ApiKey.objects.create(
        name=name, prefix=prefix, digest=_digest(text), scope=scope, **(limits or {})
    )
    return NewApiKey(api_key=api_key, text=text)


def revoke_api_key(prefix: str) -> bool:
    """Make a key useless from now on; tell whether there was a working one with this prefix."""
    keys = ApiKey.objects.filter(prefix=prefix, revoked_at=None)
    return keys.update(revoked_at=timezone.now()) > 0


def find_api_key(text: str) -> ApiKey | None:
    """Return the key with this text if it was not revoked."""
    api_key = find_any_api_key(text)
    return api_key if api_key and api_key.revoked_at is None else None


def find_any_api_key(text: str) -> ApiKey | None:
    """Return the key with this text, also one that was revoked."""
    parts = text.split("_")
    if len(parts) != 3 or parts[0] != MARK:
        return None
    api_key = ApiKey.objects.filter(prefix=parts[1]).first()
    # An unknown prefix takes as long as a wrong secret.
    is_right = hmac.compare_digest(api_key.digest if api_key else "", _digest(text))
    return api_key if api_key and is_right else None


class ApiKeyAuthentication(BaseAuthentication):
    """Reads `Authorization: Api-Key <key>`; `request.auth` is the ApiKey then."""

    keyword = "Api-Key"

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        text = self.sent_key(request)
        if text is None:
            return None
        api_key = find_api_key(text)
        if api_key is None:
            raise AuthenticationFailed(INVALID_KEY_MESSAGE, code="invalid_api_key")
        note_use(api_key)
        return AnonymousUser(), api_key

    def sent_key(self, request: Request) -> str | None:
        """Return what stands where a key belongs, None if the request has no such place."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword.lower().encode():
            return None
        return words[1].decode("latin-1") if len(words) == 2 else ""

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return self.keyword


class HasScope(BasePermission):
    """Reading needs the scope `read`, all else `write`; a view's `required_scope` overrides both.

    A person has the scope `admin` as a member of the staff, else `write`.
    """

    message = "This credential does not allow that."
    code = "scope_missing"

    def has_permission(self, request: Request, view: APIView) -> bool:
        held = held_scope(request)
        if held is None:
            return False
        default = ApiKey.Scope.READ if request.method in SAFE_METHODS else ApiKey.Scope.WRITE
        needed = getattr(view, "required_scope", default)
        return SCOPES.index(held) >= SCOPES.index(needed)


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """Describes API keys in the OpenAPI document."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key fct_…`, made with `manage.py create_api_key`.",
        }


def held_scope(request: Request) -> ApiKey.Scope | None:
    """Return what the caller may do, None for who has no credential."""
    if isinstance(request.auth, ApiKey):
        return ApiKey.Scope(request.auth.scope)
    if not request.user.is_authenticated:
        return None
    return ApiKey.Scope.ADMIN if request.user.is_staff else ApiKey.Scope.WRITE


def note_use(api_key: ApiKey) -> None:
    """Store when a key was used, to the minute: a write for each request would cost too much."""
    now = timezone.now()
    if api_key.last_used_at is None or now - api_key.last_used_at >= USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=api_key.pk).update(last_used_at=now)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
