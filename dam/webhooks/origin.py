"""The beginning of addresses in what is told: no request says by which name we are known."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest


class _FromOutside(HttpRequest):
    """What serializers ask for an address."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin

    def build_absolute_uri(self, location: str | None = None) -> str:
        return urljoin(self._origin, location or "/")


def told_request() -> HttpRequest | None:
    """Return what serializers take for a request to the first of DAM_TRUSTED_ORIGINS.

    None where there is none: they give paths then.
    """
    origins = settings.DAM_TRUSTED_ORIGINS
    return _FromOutside(origins[0]) if origins else None
