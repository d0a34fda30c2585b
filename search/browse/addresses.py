"""Where the page shows what a query finds."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote_plus

from django.http import QueryDict

from dam.page_addresses import page_address
from search.query import FaceQuery, Show

# What lists photos and what lists faces is one page at two addresses.
URL_NAMES = {Show.PHOTOS: "photos", Show.FACES: "faces"}


def browse_address(query: FaceQuery, cursor: str | None = None) -> str:
    """Return the address of the page for a query, at a cursor if there is one."""
    params = query.to_params()
    params.pop("show", None)
    if cursor:
        params["cursor"] = cursor
    return join(page_address(URL_NAMES[query.show]), params)


def join(address: str, params: QueryDict) -> str:
    """Return an address with a query string, where there is something to say."""
    # Of a parameter "glasses!" the sign is read as it is; of a value it never comes before "=".
    return f"{address}?{params.urlencode().replace('%21=', '!=')}" if params else address


class ValueAddresses:
    """Addresses of a query with one value asked for or excluded, or no more.

    They are those of `FaceQuery.toggle` and `FaceQuery.exclude`; what stays is written once, as a
    page has a hundred of them.
    """

    def __init__(self, query: FaceQuery) -> None:
        self._query = query
        params = query.to_params()
        params.pop("show", None)
        facets = {*query.tags, *query.excluded}
        self._of_facets = {
            name: _encode(name, query.tags.get(name, ()), query.excluded.get(name, ()))
            for name in facets
        }
        for name in facets:
            params.pop(name, None)
            params.pop(f"{name}!", None)
        self._rest = params.urlencode()
        self._page = page_address(URL_NAMES[query.show])

    def toggled(self, facet: str, value: str) -> str:
        """Return the address with a value asked for if it is not, and otherwise not."""
        chosen, excluded = self._values(facet)
        return self._join(facet, _encode(facet, chosen ^ {value}, excluded - {value}))

    def excluded(self, facet: str, value: str) -> str:
        """Return the address with a value excluded if it is not, and otherwise not."""
        chosen, excluded = self._values(facet)
        return self._join(facet, _encode(facet, chosen - {value}, excluded ^ {value}))

    def _values(self, facet: str) -> tuple[frozenset[str], frozenset[str]]:
        none: frozenset[str] = frozenset()
        return self._query.tags.get(facet, none), self._query.excluded.get(facet, none)

    def _join(self, facet: str, text: str) -> str:
        parts = self._of_facets | {facet: text}
        asked = "&".join(filter(None, (*(parts[name] for name in sorted(parts)), self._rest)))
        return f"{self._page}?{asked}" if asked else self._page


def _encode(facet: str, chosen: Collection[str], excluded: Collection[str]) -> str:
    """Return what is asked of a facet as a query string has it."""
    pairs = [f"{quote_plus(facet)}={quote_plus(value)}" for value in sorted(chosen)]
    pairs += [f"{quote_plus(facet)}!={quote_plus(value)}" for value in sorted(excluded)]
    return "&".join(pairs)
