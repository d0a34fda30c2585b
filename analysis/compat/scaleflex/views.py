"""Our API keys in Scaleflex' headers."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from analysis.compat.scaleflex.errors import exception_handler
from dam.auth import ApiKeyAuthentication

KEY_HEADERS = ("X-Filerobot-Key", "Filerobot-Key")


class FilerobotKeyAuthentication(ApiKeyAuthentication):
    """Reads the key from the vendor's headers; `request.auth` is the ApiKey then.

    The vendor's token names one of its customers' libraries. There is one library here, so any
    token is as good as none.
    """

    keyword = "Filerobot-Key"

    def sent_key(self, request: Request) -> str | None:
        sent = (request.headers[name] for name in KEY_HEADERS if name in request.headers)
        text = next(sent, None)
        return None if text is None else text.strip()


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
