"""The form of a connector: the fields of its kind, with what is in them and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from analysis.connectors.connectors import MOST_MINUTES
from analysis.connectors.errors import InvalidOptions
from analysis.connectors.interface import Field, System
from analysis.connectors.models import Connector
from analysis.connectors.systems import SYSTEMS

# What people choose from; REST takes any number of minutes.
INTERVALS = (
    (0, "Only when somebody starts it"),
    (5, "Every 5 minutes"),
    (15, "Every 15 minutes"),
    (60, "Every hour"),
    (360, "Every 6 hours"),
    (1440, "Every day"),
)
_PREFIX = "option-"


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of system to choose. Templates call classes, so they get this instead of those."""

    name: str
    label: str
    about: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the kind as the form shows it."""

    field: Field
    text: str
    is_kept: bool
    """A secret that is there already, and stays if it is left blank."""
    errors: list[str]

    @property
    def input_name(self) -> str:
        return _PREFIX + self.field.name


@dataclass(slots=True)
class ConnectorForm:
    """What somebody wants a connector to be."""

    system: type[System]
    name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    is_enabled: bool = True
    writes_back: bool = True
    interval_minutes: int = 60
    kept: frozenset[str] = frozenset()
    errors: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def kind(self) -> KindChoice:
        return KindChoice(self.system.kind, self.system.label, self.system.about)

    @property
    def fields(self) -> list[FormField]:
        return [
            FormField(
                one,
                "" if one.is_secret else self.options.get(one.name, one.default),
                one.name in self.kept,
                list(self.errors.get(one.name, ())),
            )
            for one in self.system.fields
        ]

    @property
    def general_errors(self) -> list[str]:
        """What is wrong with no field in particular."""
        return list(self.errors.get("", ()))

    @property
    def intervals(self) -> list[tuple[int, str]]:
        """Intervals to choose from, with that of REST where it is another one."""
        own = {self.interval_minutes: interval_words(self.interval_minutes)}
        return sorted((own | dict(INTERVALS)).items())

    def values(self) -> dict[str, Any]:
        """Return what `create_connector` and `change_connector` take."""
        return {
            "name": self.name,
            "options": self.options,
            "is_enabled": self.is_enabled,
            "writes_back": self.writes_back,
            "interval_minutes": self.interval_minutes,
        }


def kind_choices() -> list[KindChoice]:
    """Return all kinds of systems."""
    return [ConnectorForm(system).kind for system in SYSTEMS.values()]


def interval_words(minutes: int) -> str:
    """Return how often a run begins, in words."""
    return dict(INTERVALS).get(minutes, f"Every {minutes} minutes")


def form_of(connector: Connector, system: type[System]) -> ConnectorForm:
    """Return the form of a connector as it is."""
    return ConnectorForm(
        system,
        name=connector.name,
        options=connector.options,
        is_enabled=connector.is_enabled,
        writes_back=connector.writes_back,
        interval_minutes=connector.interval_minutes,
        kept=_kept(connector),
    )


def read_form(
    sent: QueryDict, system: type[System], *, connector: Connector | None = None
) -> ConnectorForm:
    """Return the form as it was sent. Raises InvalidOptions for an interval that is none."""
    minutes = sent.get("interval_minutes", "0")
    if not (minutes.isascii() and minutes.isdecimal() and int(minutes[:9]) <= MOST_MINUTES):
        raise InvalidOptions({"interval_minutes": ["Choose one of them."]})
    return ConnectorForm(
        system,
        name=sent.get("name", ""),
        options={one.name: sent.get(_PREFIX + one.name, "") for one in system.fields},
        is_enabled="is_enabled" in sent,
        writes_back="writes_back" in sent,
        interval_minutes=int(minutes),
        kept=_kept(connector) if connector else frozenset(),
    )


def _kept(connector: Connector) -> frozenset[str]:
    return frozenset(name for name, text in connector.secrets.items() if text)
