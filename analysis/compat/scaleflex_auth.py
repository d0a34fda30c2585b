"""Our API keys in Scaleflex' headers."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from analysis.compat.scaleflex_errors import exception_handler
from dam.auth import INVALID_KEY_MESSAGE, ApiKeyAuthentication, find_api_key, note_use
from dam.models import ApiKey

KEY_HEADERS = ("X-Filerobot-Key", "Filerobot-Key")


class FilerobotKeyAuthentication(BaseAuthentication):
    """Reads the key from the vendor's headers; `request.auth` is the ApiKey then.

    The vendor's token names one of its customers' libraries. There is one library here, so any
    token is as good as none.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        text = next(
            (request.headers[name] for name in KEY_HEADERS if name in request.headers), None
        )
        if text is None:
            return None
        api_key = find_api_key(text.strip())
        if api_key is None:
            raise AuthenticationFailed(INVALID_KEY_MESSAGE, code="invalid_api_key")
        note_use(api_key)
        return AnonymousUser(), api_key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return "Filerobot-Key"


class ScaleflexView(APIView):
    """A view that takes the vendor's keys, or ours as usual, and fails in the vendor's words."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = (
        FilerobotKeyAuthentication,
        ApiKeyAuthentication,
    )
    # The vendor describes these; our own document describes our own API.
    schema = None

    def get_exception_handler(self) -> object:
        return exception_handler
