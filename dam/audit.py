"""The log of who did what: API keys, users, settings, deletions, changes of many.

Corrections of tags are not in it: each face keeps its own history.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from dam.models import ApiKey, AuditEntry, User

Kind = AuditEntry.Kind


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, by the name that the log keeps: a person, or a program with its key."""

    name: str
    user: User | None = None
    api_key: ApiKey | None = None


COMMAND_LINE = Actor("command line")
SERVICE = Actor("Facet itself")


def actor_of_person(user: User | None) -> Actor:
    """Return who a person is in the log; the service itself where nobody is named."""
    return SERVICE if user is None else Actor(user.get_username(), user=user)


def actor_of(request: HttpRequest | Request) -> Actor:
    """Return who sent a request."""
    api_key = getattr(request, "auth", None)
    if isinstance(api_key, ApiKey):
        return Actor(f"key “{api_key.name}”", api_key=api_key)
    return actor_of_person(request.user if isinstance(request.user, User) else None)


def record(kind: AuditEntry.Kind, text: str, *, by: Actor) -> AuditEntry:
    """Note that somebody did something, in the transaction that does it.

    `text` says what, as it follows a name: "revoked the API key “web shop”". Raises
    TransactionManagementError outside a transaction: a note must not stay where the deed is undone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A deed and its note need one transaction.")
    entry: AuditEntry = AuditEntry.objects.create(
        kind=kind, text=text, by=by.name, user=by.user, api_key=by.api_key
    )
    return entry


def entries(*, kind: str = "", by: str = "") -> QuerySet[AuditEntry]:
    """Return what was noted, the newest first; of one kind, of one actor, where they are given."""
    found = AuditEntry.objects.all()
    if kind:
        found = found.filter(kind=kind)
    return found.filter(by=by) if by else found


def known_actors() -> list[str]:
    """Return the names of all who are in the log."""
    return list(AuditEntry.objects.order_by("by").values_list("by", flat=True).distinct())
