"""How a person likes the pages to look: kept in cookies of their browser, in no table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

# By cookie: what may be chosen, and what it is called.
LOOKS: Mapping[str, Mapping[str, str]] = {
    "theme": {"system": "Auto", "light": "Light", "dark": "Dark"},
    "density": {"small": "Small", "medium": "Medium", "large": "Large"},
}
DEFAULTS = {"theme": "system", "density": "medium"}


@dataclass(frozen=True, slots=True)
class LookChoice:
    """One of the looks to choose from."""

    name: str
    label: str
    chosen: bool


def look_of(request: HttpRequest | None, name: str) -> str:
    """Return what a browser chose of a look; what holds otherwise if it says nothing we know."""
    given = request.COOKIES.get(name, "") if request else ""
    return given if given in LOOKS[name] else DEFAULTS[name]


def choices_of(request: HttpRequest | None, name: str) -> list[LookChoice]:
    """Return what may be chosen of a look."""
    chosen = look_of(request, name)
    return [LookChoice(one, label, one == chosen) for one, label in LOOKS[name].items()]
