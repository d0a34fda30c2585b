"""What a system is told: read from what somebody gives, kept, and put together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.connectors.errors import InvalidOptions
from analysis.connectors.interface import Field, System
from analysis.connectors.systems import SYSTEMS

MOST_LETTERS = 2000


@dataclass(frozen=True, slots=True)
class Options:
    """The texts of all fields, those that are secret apart."""

    shown: Mapping[str, str]
    secrets: Mapping[str, str]


def read_options(kind: str, given: Mapping[str, Any], *, kept: Options | None = None) -> Options:
    """Return the options of a system. Raises InvalidOptions with every problem.

    Of one that exists, what is not given stays as it was `kept`; so does a secret that is left
    blank, but where what it is sent to is named anew: nobody shall learn a secret in that way.
    """
    system = system_class(kind)
    names = {field.name for field in system.fields}
    problems = {name: ["There is no such option."] for name in given if name not in names}
    texts: dict[str, str] = {}
    moved = kept is not None and any(
        field.names_server
        and field.name in given
        and _text(given[field.name]) != kept.shown.get(field.name)
        for field in system.fields
    )
    for field in system.fields:
        try:
            texts[field.name] = _read(field, given, kept=kept, moved=moved)
        except ValueError as error:
            problems[field.name] = [str(error)]
    if problems:
        raise InvalidOptions(problems)
    system(texts)
    return Options(
        shown={field.name: texts[field.name] for field in system.fields if not field.is_secret},
        secrets={field.name: texts[field.name] for field in system.fields if field.is_secret},
    )


def system_class(kind: str) -> type[System]:
    """Return a kind of system. Raises InvalidOptions."""
    if kind not in SYSTEMS:
        raise InvalidOptions({"kind": [f"Must be one of {', '.join(SYSTEMS)}."]})
    return SYSTEMS[kind]


def _read(field: Field, given: Mapping[str, Any], *, kept: Options | None, moved: bool) -> str:
    """Return the text of one field; raises ValueError with what is wrong."""
    text = _text(given.get(field.name))
    if field.is_secret:
        if not text and kept is not None:
            if moved:
                raise ValueError("Give it again, as the address has changed.")
            text = kept.secrets.get(field.name, "")
    elif field.name not in given:
        text = field.default if kept is None else kept.shown.get(field.name, "")
    if field.is_required and not text:
        raise ValueError("This is needed.")
    if len(text) > MOST_LETTERS or not text.isprintable():
        raise ValueError(f"Must be a text of {MOST_LETTERS} letters at most, on one line.")
    return text


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
