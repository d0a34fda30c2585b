"""Saves queries under names, changes and deletes them. The only writer of SavedSearch."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import TooManyFieldsSent
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from dam.errors import DamError
from dam.models import User
from dam.names import NameTaken, name_key, read_name
from search.models import SavedSearch
from search.query import FaceQuery, InvalidQuery

MOST_QUERY_LETTERS = 8000


class UnknownSearch(DamError):
    """There is no such saved search, or not any more."""

    code = "unknown_search"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such saved search (any more).")


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search, and whether it is new."""

    search: SavedSearch
    is_new: bool


def save_search(*, name: str, query: str, user: User | None) -> Saved:
    """Save a query string under a name; `user` is None where a program does it.

    The same query under the same name again is the same saved search. Raises InvalidName,
    InvalidQuery with problems such as `query.gender`, and NameTaken where another query has it.
    """
    name, canonical = read_name(name), canonical_query(query)
    key = name_key(name)
    try:
        with transaction.atomic():
            made = SavedSearch.objects.create(
                name=name, name_key=key, query=canonical, created_by=user
            )
    except IntegrityError as error:
        same = SavedSearch.objects.filter(name_key=key, query=canonical).first()
        if same is None:
            raise NameTaken(name) from error
        return Saved(same, is_new=False)
    return Saved(made, is_new=True)


def change_search(
    search: SavedSearch, *, name: str | None = None, query: str | None = None
) -> None:
    """Give a saved search another name or query; None leaves it as it is.

    Raises InvalidName, InvalidQuery, NameTaken, and UnknownSearch if it was deleted since.
    """
    values: dict[str, object] = {"updated_at": timezone.now()}
    if name is not None:
        name = read_name(name)
        values |= {"name": name, "name_key": name_key(name)}
    if query is not None:
        values["query"] = canonical_query(query)
    try:
        with transaction.atomic():
            is_there = SavedSearch.objects.filter(pk=search.pk).update(**values)
    except IntegrityError as error:
        raise NameTaken(name or "") from error
    if not is_there:
        raise UnknownSearch
    search.refresh_from_db()


def delete_search(search: SavedSearch) -> None:
    """Delete a saved search; deleting one that is gone changes nothing."""
    SavedSearch.objects.filter(pk=search.pk).delete()


def find_search(uid: UUID) -> SavedSearch:
    """Return a saved search; raises UnknownSearch."""
    found = SavedSearch.objects.select_related("created_by").filter(uid=uid).first()
    if found is None:
        raise UnknownSearch
    return found


def find_named(name: str) -> SavedSearch | None:
    """Return the saved search that people would take a name for."""
    return SavedSearch.objects.filter(name_key=name_key(name)).first()


def canonical_query(text: str) -> str:
    """Return a query string as FaceQuery writes it; raises InvalidQuery."""
    text = text.strip().removeprefix("?")
    if len(text) > MOST_QUERY_LETTERS:
        message = f"Must have {MOST_QUERY_LETTERS} letters at most."
        raise InvalidQuery({"query": [message]})
    try:
        query = FaceQuery.from_params(QueryDict(text))
    except TooManyFieldsSent as error:
        raise InvalidQuery({"query": ["There are too many parameters."]}) from error
    except InvalidQuery as error:
        problems = {f"query.{name}": found for name, found in error.errors.items()}
        raise InvalidQuery(problems) from error
    return query.to_params().urlencode()
