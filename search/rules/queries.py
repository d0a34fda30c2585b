"""The query of a rule: that of any search, but always about one photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from django.http import QueryDict

from analysis.facets import Facet
from search.query import FaceQuery, InvalidQuery, Order, Show
from search.saved.searches import canonical_query


def canonical_rule_query(text: str) -> str:
    """Return a query string, or the address of a search, as a rule stores it.

    What the search lists and its order mean nothing here and are left out. Raises InvalidQuery with
    problems such as `query.gender`.
    """
    text = text.strip()
    if text.startswith(("http://", "https://", "/")):
        text = urlsplit(text).query
    query = FaceQuery.from_params(QueryDict(canonical_query(text)))
    if query.asset is not None:
        raise InvalidQuery({"query.asset": ["A rule is about all new photos: leave this out."]})
    return replace(query, show=Show.FACES, order=Order.NEWEST).to_params().urlencode()


def read_rule_query(text: str, *, known: Sequence[Facet] | None = None) -> FaceQuery:
    """Return a stored query, which lists photos; `known` are all facets, for who has them.

    Raises InvalidQuery: facets and values may go after a rule was made.
    """
    return FaceQuery.from_params(QueryDict(text), known=known).showing(Show.PHOTOS)
