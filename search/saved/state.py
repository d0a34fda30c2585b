"""What there is to tell of saved searches: words, counts, and what is wrong with them by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse

from analysis.facets import Facet, facets
from dam.models import Asset, Collection
from search.index import Snapshot, current_snapshot
from search.matching import find_matches
from search.models import SavedSearch
from search.query import Condition, FaceQuery, InvalidQuery

_GONE = {"collection": "This collection was deleted.", "asset": "This photo was deleted."}


@dataclass(frozen=True, slots=True)
class SearchState:
    """A saved search as it is now.

    `problems` says by parameter what is wrong: facets, values, collections and photos may go after
    a search was saved. `query` is None where it cannot be read, and then so are both counts.
    """

    search: SavedSearch
    query: FaceQuery | None
    conditions: tuple[Condition, ...]
    problems: Mapping[str, Sequence[str]]
    face_count: int | None
    photo_count: int | None

    @property
    def search_uid(self) -> UUID:
        return self.search.uid

    @property
    def address(self) -> str:
        """The address of what it finds."""
        return _address(self.search.query)

    @property
    def rest_address(self) -> str:
        """The address of what it would find without the parameters that are wrong."""
        params = QueryDict(self.search.query, mutable=True)
        for name in self.problems:
            params.pop(name, None)
        return _address(params.urlencode())


def describe_search(search: SavedSearch) -> SearchState:
    """Return a saved search with its counts."""
    (state,) = describe_searches([search])
    return state


def describe_searches(searches: Iterable[SavedSearch]) -> list[SearchState]:
    """Return saved searches with their counts, all of the same moment and in their order.

    The number of queries grows only with those that ask for something that the index does not
    know: folder, text, collection or photo.
    """
    searches = list(searches)
    if not searches:
        return []
    known, snapshot = facets(), current_snapshot()
    read = [_read(search, known) for search in searches]
    queries = [query for query in read if isinstance(query, FaceQuery)]
    there = {
        "collection": _existing(Collection, {query.collection for query in queries}),
        "asset": _existing(Asset, {query.asset for query in queries}),
    }
    return [
        _unreadable(search, query.errors)
        if isinstance(query, InvalidQuery)
        else _describe(search, query, known=known, snapshot=snapshot, there=there)
        for search, query in zip(searches, read, strict=True)
    ]


def _read(search: SavedSearch, known: Sequence[Facet]) -> FaceQuery | InvalidQuery:
    try:
        return FaceQuery.from_params(QueryDict(search.query), known=known)
    except InvalidQuery as error:
        return error


def _unreadable(search: SavedSearch, problems: Mapping[str, Sequence[str]]) -> SearchState:
    return SearchState(
        search, query=None, conditions=(), problems=problems, face_count=None, photo_count=None
    )


def _describe(
    search: SavedSearch,
    query: FaceQuery,
    *,
    known: Sequence[Facet],
    snapshot: Snapshot,
    there: Mapping[str, set[UUID]],
) -> SearchState:
    asked = query.asked_of_assets()
    gone = [name for name in _GONE if name in asked and asked[name] not in there[name]]
    matches = find_matches(query, snapshot=snapshot)
    return SearchState(
        search,
        query=query,
        conditions=query.describe(known),
        problems={name: [_GONE[name]] for name in gone},
        face_count=matches.face_count,
        photo_count=matches.photo_count,
    )


def _existing(model: type[Model], uids: set[UUID | None]) -> set[UUID]:
    """Return those uids that exist; takes a query if there are any."""
    wanted = uids - {None}
    if not wanted:
        return set()
    return set(model.objects.filter(uid__in=wanted).order_by().values_list("uid", flat=True))


def _address(query: str) -> str:
    address: str = reverse("faces")
    return f"{address}?{query}" if query else address
