"""Reads the values of a query string one by one and keeps every problem, instead of the first."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import date
from difflib import get_close_matches
from typing import TypeVar
from uuid import UUID

from django.http import QueryDict

Choice = TypeVar("Choice", bound=str)

# Control characters, and halves of UTF-16 pairs.
_NEVER = frozenset({"Cc", "Cs"})


class ParameterReader:
    """A query string's values by name; `problems` says what is wrong with which.

    A blank value counts as absent, because forms send their empty fields, too. A value that cannot
    be read is noted and comes back as absent.
    """

    def __init__(self, params: QueryDict) -> None:
        self._params = params
        self.problems: dict[str, list[str]] = {}

    def note(self, name: str, problem: str) -> None:
        """Keep a problem with a parameter."""
        self.problems.setdefault(name, []).append(problem)

    def number(self, name: str, *, minimum: float, maximum: float) -> float | None:
        text = self._only(name)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not minimum <= value <= maximum:
            self.note(name, f"Must be a number from {minimum:g} to {maximum:g}.")
            return None
        return value

    def whole(self, name: str, *, minimum: float, maximum: float) -> float | None:
        value = self.number(name, minimum=minimum, maximum=maximum)
        if value is None or value.is_integer():
            return value
        self.note(name, "Must be a whole number.")
        return None

    def text(self, name: str) -> str | None:
        """Return a text; refuses control characters, some of which cannot be stored."""
        text = self._only(name)
        if text is not None and any(unicodedata.category(letter) in _NEVER for letter in text):
            self.note(name, "There is a control character in this text.")
            return None
        return text

    def day(self, name: str) -> date | None:
        text = self._only(name)
        if text is None:
            return None
        day: date | None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        # Python also reads 20261121 and weeks, which the document does not name.
        if day is None or day.isoformat() != text:
            self.note(name, "Must be a day such as 2026-11-21.")
            return None
        return day

    def uid(self, name: str) -> UUID | None:
        text = self._only(name)
        if text is None:
            return None
        try:
            return UUID(text)
        except ValueError:
            self.note(name, "Must be a valid UUID.")
            return None

    def uids(self, name: str) -> tuple[UUID, ...]:
        """Return the values of a parameter that may be repeated, each once."""
        found: dict[UUID, None] = {}
        for text in self._texts(name):
            try:
                found[UUID(text)] = None
            except ValueError:
                self.note(name, f"“{text}” is not a valid UUID.")
        return tuple(found)

    def choice(self, name: str, choices: Iterable[Choice], *, default: Choice) -> Choice:
        text = self._only(name)
        if text is None:
            return default
        by_text = {str(choice): choice for choice in choices}
        if text not in by_text:
            self.note(name, f"“{text}” is not one of {', '.join(by_text)}.")
        return by_text.get(text, default)

    def free_values(self, name: str, *, accept: Callable[[str], str | None]) -> frozenset[str]:
        """Return the values of a parameter that may be repeated; a comma is part of a value.

        `accept` returns a value as it is stored, or None if there can be no such value.
        """
        accepted = {text: accept(text) for text in self._texts(name)}
        for text, value in accepted.items():
            if value is None:
                self.note(name, f"“{text}” cannot be a value.")
        return frozenset(value for value in accepted.values() if value is not None)

    def values(self, name: str, *, allowed: Collection[str]) -> frozenset[str]:
        """Return the values of a parameter that may be repeated, or hold several with commas."""
        parts = (part.strip() for text in self._texts(name) for part in text.split(","))
        given = dict.fromkeys(filter(None, parts))
        for value in given:
            if value not in allowed:
                self.note(name, f"“{value}” is not one of {', '.join(allowed)}.")
        return frozenset(given.keys() & set(allowed))

    def refuse_others(self, known: Collection[str], *, off: Collection[str] = ()) -> None:
        """Note each parameter that is not known; of those in `off` say that they are off."""
        for name in self._params:
            if name in off:
                self.note(name, "This reading is switched off on this server.")
            elif name not in known:
                near = get_close_matches(name, list(known), n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                self.note(name, f"There is no such parameter.{hint}")

    def _texts(self, name: str) -> list[str]:
        texts: list[str] = self._params.getlist(name)
        return [text for text in (text.strip() for text in texts) if text]

    def _only(self, name: str) -> str | None:
        texts = self._texts(name)
        if len(texts) > 1:
            self.note(name, "May be given once only.")
            return None
        return texts[0] if texts else None


def plain_number(number: float) -> str:
    """Return a number as a query string has it: 60 rather than 60.0, and always the same."""
    return str(number).removesuffix(".0")
