"""What the pages ask for: an action with its query, chosen step by step in the address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from dam.collections import find_or_create_collection
from dam.models import Collection, User
from dam.names import name_key, read_name
from search.bulk.actions import Action
from search.bulk.asking import ACTIONS, argument_names, read_action
from search.bulk.errors import InvalidArguments
from search.models import BulkJob
from search.query import FaceQuery

Kind = BulkJob.Action


@dataclass(frozen=True, slots=True)
class PageWish:
    """What a form says: the action may still lack arguments."""

    kind: Kind
    query: FaceQuery
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
        return fields | ({"name": self.new_collection} if self.new_collection else {})

    @property
    def address(self) -> str:
        """The query string of this step."""
        return urlencode(self.hidden)

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


def read_wish(given: QueryDict) -> PageWish:
    """Read a form; raise InvalidArguments, InvalidQuery or InvalidName.

    `tag` stands for a facet and a value with ":" between them, `name` for a collection.
    """
    kind = given.get("action", "")
    if kind not in ACTIONS:
        raise InvalidArguments({"action": [f"“{kind}” is not one of {', '.join(ACTIONS)}."]})
    query = FaceQuery.from_params(QueryDict(given.get("query", "")))
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
    return PageWish(Kind(kind), query, arguments, new_collection)
