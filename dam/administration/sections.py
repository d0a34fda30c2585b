"""The sections of the settings: what is in the navigation beside them, and for whom.

A new one is an entry in SECTIONS and a page with that name, whose template extends
`dam/settings/base.html`. The overview also leads to what is set on pages of its own: LIBRARY.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from dam.models import ApiKey
from dam.roles import Right, Rights

YOU = "You"
ACCESS = "People and programs"
AUTOMATION = "Automation"
FACES = "Faces"
LIBRARY_GROUP = "Library"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the settings: the name of its address, what people call it, who may see it."""

    name: str
    label: str
    right: ApiKey.Scope
    group: str = ""
    about: str = ""
    """What one does there, for the overview."""

    @property
    def address(self) -> str:
        """The path of its first page."""
        return reverse(self.name)


@dataclass(frozen=True, slots=True)
class Entry:
    """A section as the navigation shows it."""

    label: str
    address: str
    is_current: bool
    group: str


@dataclass(frozen=True, slots=True)
class Group:
    """Sections that belong together, as the overview shows them."""

    label: str
    sections: tuple[Section, ...]


SECTIONS = (
    Section("settings", "Overview", Right.READ),
    Section("account", "Your account", Right.READ, YOU, "Your role, and your password."),
    Section("users", "Users", Right.ADMIN, ACCESS, "Who may sign in, and as what: three roles."),
    Section(
        "api-keys",
        "API keys",
        Right.ADMIN,
        ACCESS,
        "What lets programs in, with scopes and limits.",
    ),
    Section("usage", "Usage", Right.ADMIN, ACCESS, "What each key had looked at, day by day."),
    Section("audit", "Audit log", Right.ADMIN, ACCESS, "Who changed what of the service."),
    Section(
        "rules",
        "Rules",
        Right.ADMIN,
        AUTOMATION,
        "What is done with new photos: refuse, warn, sort.",
    ),
    Section(
        "webhooks",
        "Webhooks",
        Right.ADMIN,
        AUTOMATION,
        "Which programs are told what happens here.",
    ),
    Section(
        "connectors",
        "Connectors",
        Right.ADMIN,
        AUTOMATION,
        "Other systems that pictures come from, and tags go back to.",
    ),
    Section(
        "facet-settings",
        "Thresholds",
        Right.ADMIN,
        FACES,
        "How sure a net has to be before a face gets a value.",
    ),
    Section(
        "reading-settings",
        "Readings",
        Right.ADMIN,
        FACES,
        "What is read of faces, and how sensitive readings are switched off.",
    ),
)
LIBRARY = (
    Section(
        "collections", "Collections", Right.READ, LIBRARY_GROUP, "Photos that belong together."
    ),
    Section(
        "saved-searches", "Saved searches", Right.READ, LIBRARY_GROUP, "Searches under a name."
    ),
    Section("tags", "Tags", Right.READ, LIBRARY_GROUP, "What you taught Facet to see."),
    Section("refused-photos", "Refused photos", Right.READ, LIBRARY_GROUP, "What rules kept out."),
    Section(
        "bulk-jobs",
        "Changes of many",
        Right.READ,
        LIBRARY_GROUP,
        "Changes of many photos at once, and their undo.",
    ),
)


def navigation(rights: Rights, *, path: str) -> list[Entry]:
    """Return the sections that somebody with these rights may see, as of the page at `path`."""
    shown = [(s, s.address) for s in SECTIONS if s.right in rights]
    # Of two that contain the page the deeper one.
    current = max((a for _, a in shown if path.startswith(a)), key=len, default="")
    return [Entry(s.label, address, address == current, s.group) for s, address in shown]


def overview(rights: Rights) -> list[Group]:
    """Return what somebody with these rights may see in the settings, by group."""
    groups: dict[str, list[Section]] = {}
    for section in (*SECTIONS, *LIBRARY):
        if section.group and section.right in rights:
            groups.setdefault(section.group, []).append(section)
    return [Group(label, tuple(sections)) for label, sections in groups.items()]
