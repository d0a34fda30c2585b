"""Where the page shows what a query finds."""

from __future__ import annotations

from functools import cache

from django.http import QueryDict
from django.urls import get_script_prefix, reverse

from search.query import FaceQuery, Show

# What lists photos and what lists faces is one page at two addresses.
URL_NAMES = {Show.PHOTOS: "photos", Show.FACES: "faces"}


def browse_address(query: FaceQuery, cursor: str | None = None) -> str:
    """Return the address of the page for a query, at a cursor if there is one."""
    params = query.to_params()
    params.pop("show", None)
    if cursor:
        params["cursor"] = cursor
    return join(_page(URL_NAMES[query.show], get_script_prefix()), params)


def join(address: str, params: QueryDict) -> str:
    """Return an address with a query string, where there is something to say."""
    # Of a parameter "glasses!" the sign is read as it is; of a value it never comes before "=".
    return f"{address}?{params.urlencode().replace('%21=', '!=')}" if params else address


@cache
def _page(url_name: str, _prefix: str) -> str:
    """Return an address; kept, because a page has hundreds of links."""
    return reverse(url_name)
