"""How a REST request says which API key it has. Who may do what is in roles."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from dam.api_keys import find_api_key, note_use
from dam.models import ApiKey

INVALID_KEY_MESSAGE = (
    "The API key is wrong, has expired or was revoked. `manage.py create_api_key` makes one."
)


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


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """Describes API keys in the OpenAPI document."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key fct_…`, made in the settings or by `create_api_key`.",
        }
