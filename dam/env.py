"""Settings out of environment variables. A wrong value is noted, never raised.

`dam.settings` reads everything through one `Env`; `dam.checks` reports what it noted, all at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from dam.addresses import Network, read_networks

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A variable that cannot be used, and what would be accepted. Never holds the value."""

    name: str
    expected: str


class Env:
    """Reads variables and remembers which were asked for and which were wrong.

    An unset or blank variable means the default. A wrong one is noted and means the default, too,
    so that settings can always be imported.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[Problem] = []
        self.names: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        if name not in self.names:
            self.names.append(name)
        return self._environ.get(name, "").strip() or default

    def integer(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        raw = self.text(name)
        if not raw:
            return default
        try:
            value = int(raw)
        except ValueError:
            value = minimum - 1
        if not minimum <= value <= maximum:
            self.note(name, f"a whole number from {minimum} to {maximum}")
            return default
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        raw = self.text(name).lower()
        if not raw:
            return default
        if raw not in TRUE_WORDS | FALSE_WORDS:
            self.note(name, "one of 1, 0, true, false, yes, no, on, off")
            return default
        return raw in TRUE_WORDS

    def choice(self, name: str, default: str, *, choices: tuple[str, ...]) -> str:
        raw = self.text(name)
        if not raw:
            return default
        for choice in choices:
            if raw.lower() == choice.lower():
                return choice
        self.note(name, f"one of {', '.join(choices)}")
        return default

    def words(self, name: str) -> list[str]:
        """Return the parts of a comma-separated list."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def origins(self, name: str) -> list[str]:
        """Return a comma-separated list of `scheme://host[:port]`."""
        origins = self.words(name)
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
                self.note(name, "origins such as https://photos.example.org, comma-separated")
                return []
        return [origin.rstrip("/") for origin in origins]

    def networks(self, name: str) -> tuple[Network, ...]:
        """Return a comma-separated list of networks or addresses."""
        try:
            return read_networks(self.words(name))
        except ValueError:
            self.note(name, "networks such as 10.0.0.0/8 or 192.168.1.7, comma-separated")
            return ()

    def path(self, name: str, default: Path) -> Path:
        """Return an absolute path; `~` is the home folder."""
        raw = self.text(name)
        return Path(raw).expanduser().absolute() if raw else default

    def paths(self, name: str) -> tuple[Path, ...]:
        """Return a comma-separated list of absolute paths; `~` is the home folder."""
        paths = tuple(Path(word).expanduser() for word in self.words(name))
        if not all(path.is_absolute() for path in paths):
            self.note(name, "absolute paths of folders, comma-separated")
            return ()
        return paths

    def url(self, name: str, *, schemes: tuple[str, ...]) -> str:
        """Return a URL with one of the schemes, or "" when unset."""
        raw = self.text(name)
        if raw and urlsplit(raw).scheme not in schemes:
            self.note(name, f"a URL that begins with {' or '.join(s + '://' for s in schemes)}")
            return ""
        return raw

    def note(self, name: str, expected: str) -> None:
        self.problems.append(Problem(name, expected))


def describe_database(url: str) -> dict[str, Any]:
    """Return Django's description of the PostgreSQL database at a URL. Raises ValueError."""
    try:
        options: dict[str, Any] = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ValueError("not a PostgreSQL URL") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "NAME": options.pop("dbname", ""),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "OPTIONS": {"connect_timeout": 5, **options},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
