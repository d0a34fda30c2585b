"""What the pages ask for: an action with its query, chosen step by step in the address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from dam.collections import find_or_create_collection
from dam.models import Collection, User
from dam.names import name_key, read_name
from search.bulk.actions import Action, Unit
from search.bulk.asking import (
    ACTIONS,
    Choice,
    argument_names,
    choose_by_hand,
    choose_by_query,
    read_action,
)
from search.bulk.errors import InvalidArguments, SelectionGone
from search.bulk.selections import Selection, find_selection
from search.models import BulkJob
from search.query import FaceQuery

Kind = BulkJob.Action


@dataclass(frozen=True, slots=True)
class PageWish:
    """What a form says: the action may still lack arguments."""

    kind: Kind
    query: FaceQuery
    """What the page showed; it is all that this finds where nothing was selected."""
    selection: Selection | None
    arguments: dict[str, str]
    new_collection: str
    """The name of a collection that is to be made; empty for one that exists."""

    @property
    def is_complete(self) -> bool:
        lacking = {*argument_names(self.kind)} - {*self.arguments}
        return not lacking or bool(self.new_collection)

    @property
    def hidden(self) -> dict[str, str]:
        """The fields that the next step repeats."""
        fields = {
            "action": str(self.kind),
            "query": self.query.to_params().urlencode(),
            **self.arguments,
        }
        if self.selection:
            fields["selection"] = self.selection.token
        return fields | ({"name": self.new_collection} if self.new_collection else {})

    @property
    def address(self) -> str:
        """The query string of this step."""
        return urlencode(self.hidden)

    def choose(self, unit: Unit) -> Choice:
        """Return the faces or photos that it is about, as they are now."""
        if self.selection:
            return choose_by_hand(self.selection, unit)
        return choose_by_query(self.query, unit)

    def action(self, *, user: User | None) -> Action:
        """Return the action, and make the collection that it needs. Raises InvalidArguments."""
        arguments = dict(self.arguments)
        if self.new_collection:
            made = find_or_create_collection(name=self.new_collection, user=user)
            arguments["collection"] = str(made.uid)
        return read_action(self.kind, arguments)

    def title(self) -> str:
        """Say in words what a complete wish does. Raises InvalidArguments."""
        if self.new_collection:
            return f"Add to the new collection “{self.new_collection}”"
        return read_action(self.kind, self.arguments).title()


def read_wish(given: QueryDict, session: SessionBase) -> PageWish:
    """Read a form; raise InvalidArguments, InvalidQuery, InvalidName or SelectionGone.

    `selection` names what was selected, `tag` stands for a facet and a value with ":" between them,
    `name` for a collection.
    """
    kind = given.get("action", "")
    if kind not in ACTIONS:
        raise InvalidArguments({"action": [f"“{kind}” is not one of {', '.join(ACTIONS)}."]})
    query = FaceQuery.from_params(QueryDict(given.get("query", "")))
    selection = find_selection(session, given.get("selection", ""))
    if selection is None and given.get("selection"):
        raise SelectionGone
    given = given.copy()
    if given.get("tag"):
        given["facet"], _, given["value"] = given["tag"].partition(":")
    arguments = {name: given[name] for name in argument_names(kind) if given.get(name)}
    new_collection = ""
    if "collection" in argument_names(kind) and not arguments and given.get("name"):
        name = read_name(given["name"])
        known = Collection.objects.filter(name_key=name_key(name)).first()
        if known is not None:
            arguments["collection"] = str(known.uid)
        elif kind == Kind.ADD_TO_COLLECTION:
            new_collection = name
        else:
            message = f"There is no collection “{name}”."
            raise InvalidArguments({"name": [message]})
    return PageWish(Kind(kind), query, selection, arguments, new_collection)
