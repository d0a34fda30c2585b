"""Faces or photos that a person chose one by one, kept in their session until it is over.

Hundreds of uids do not fit into an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from search.query import Show

MOST_CHOSEN = 5000
# The oldest is forgotten: pages may be open side by side.
MOST_KEPT = 5
_KEY = "chosen"


@dataclass(frozen=True, slots=True)
class Selection:
    """Some faces or photos, and the text that names them in addresses."""

    token: str
    show: Show
    uids: tuple[UUID, ...]


def keep_selection(session: SessionBase, *, show: Show, uids: Iterable[UUID]) -> Selection:
    """Keep what was chosen, each once and MOST_CHOSEN at most."""
    unique = tuple(dict.fromkeys(uids))[:MOST_CHOSEN]
    selection = Selection(secrets.token_urlsafe(8), show, unique)
    kept = list(session.get(_KEY, []))[-(MOST_KEPT - 1) :]
    kept.append({"token": selection.token, "show": str(show), "uids": [str(uid) for uid in unique]})
    session[_KEY] = kept
    return selection


def find_selection(session: SessionBase, token: str) -> Selection | None:
    """Return what was kept by that name; None if it is not kept any more, or never was."""
    for kept in session.get(_KEY, []):
        if kept["token"] == token:
            return Selection(token, Show(kept["show"]), tuple(map(UUID, kept["uids"])))
    return None
