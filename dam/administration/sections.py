"""The sections of the settings: what is in the navigation beside them, and for whom.

A new one is a line in SECTIONS and a page with that name, whose template extends
`dam/settings/base.html`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from dam.models import ApiKey
from dam.roles import Right, Rights


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the settings: the name of its address, what people call it, who may see it."""

    name: str
    label: str
    right: ApiKey.Scope

    @property
    def address(self) -> str:
        """Return the path of its first page, "" where nothing has that name."""
        try:
            return reverse(self.name)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A section as the navigation shows it."""

    label: str
    address: str
    is_current: bool


SECTIONS = (
    Section("account", "Your account", Right.READ),
    Section("api-keys", "API keys", Right.ADMIN),
    Section("users", "Users", Right.ADMIN),
    Section("webhooks", "Webhooks", Right.ADMIN),
    Section("rules", "Rules", Right.ADMIN),
    Section("connectors", "Connectors", Right.ADMIN),
    Section("facet-settings", "Facets and thresholds", Right.ADMIN),
    Section("reading-settings", "Readings", Right.ADMIN),
    Section("usage", "Usage", Right.ADMIN),
    Section("audit", "Audit log", Right.ADMIN),
)


def navigation(rights: Rights, *, path: str) -> list[Entry]:
    """Return the sections that somebody with these rights may see, as of the page at `path`."""
    shown = [(s.label, s.address) for s in SECTIONS if s.right in rights and s.address]
    # Of two that contain the page the deeper one.
    current = max((a for _, a in shown if path.startswith(a)), key=len, default="")
    return [Entry(label, address, address == current) for label, address in shown]
