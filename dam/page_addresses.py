"""Addresses of views, for pages that have hundreds of them: `reverse` takes many times as long."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

_ANY = UUID(int=0)


def page_address(url_name: str) -> str:
    """Return the address of a view without arguments."""
    return _around(url_name, None, (), get_script_prefix())[0]


def uid_address(url_name: str, uid: UUID, *more: str) -> str:
    """Return the address of a view for a uid and arguments after it.

    Of `more` there should be few different ones.
    """
    before, after = _around(url_name, _ANY, more, get_script_prefix())
    return f"{before}{uid}{after}"


@lru_cache(maxsize=1000)
def _around(
    url_name: str, uid: UUID | None, more: tuple[str, ...], _prefix: str
) -> tuple[str, str]:
    """Return what is before and after the uid."""
    address = reverse(url_name, args=[uid, *more] if uid else None)
    before, _, after = address.partition(str(_ANY))
    return before, after
