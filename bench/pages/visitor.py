"""Somebody who is signed in to a running service, and what answering them takes."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench._service import PROJECT, Service, descendants

# What answers a page: the web server and its database.
_SERVERS = ("granian", "postgres")


@dataclass(frozen=True, slots=True)
class Ask:
    """A page, or the part of one that htmx asks for to fill the element `target`."""

    path: str
    target: str | None = None
    form: tuple[tuple[str, str], ...] | None = None
    """What is sent by POST; None for GET."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and what it took."""

    text: str
    sent_bytes: int
    """Of the body, compressed as it came."""
    wall_ms: float
    busy_ms: float
    """Of processors, in the web server and its database."""


class Visitor:
    """Asks one thing after the other on one connection, as a browser with scripts does."""

    def __init__(self, service: Service) -> None:
        parts = urlsplit(service.address)
        self.address = service.address
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        self._service = service
        self._cookies: dict[str, str] = {}
        self._servers: list[int] = []
        self._sign_in(service)

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._cookies)

    def look_for_servers(self) -> None:
        """Learn which processes answer now; their time is counted from here on."""
        found = descendants(self._service.process.pid)
        self._servers = [pid for pid in found if _command(pid).find(_SERVERS[0]) >= 0]
        self._servers += [pid for pid in found if _SERVERS[1] in _command(pid)]

    def send(self, ask: Ask) -> Answer:
        """Ask and read the whole answer. Raises SystemExit where it is an error."""
        method, body, headers = self._written(ask)
        busy, began = self._busy_seconds(), time.perf_counter()
        self._connection.request(method, ask.path, body=body, headers=headers)
        response = self._connection.getresponse()
        data = response.read()
        wall, busy = time.perf_counter() - began, self._busy_seconds() - busy
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise SystemExit(f"{method} {ask.path}: {response.status} {data[:300]!r}")
        for line in response.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        is_packed = response.headers.get("Content-Encoding") == "gzip"
        text = (gzip.decompress(data) if is_packed else data).decode(errors="replace")
        return Answer(text, len(data), wall * 1000, busy * 1000)

    def _written(self, ask: Ask) -> tuple[str, str | None, dict[str, str]]:
        headers = {
            "Accept": "text/html",
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        if ask.target is not None:
            headers |= {"HX-Request": "true", "HX-Target": ask.target}
            headers |= {"HX-Current-URL": f"{self.address}/"}
        if ask.form is None:
            return "GET", None, headers
        headers |= {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self._cookies.get("csrftoken", ""),
        }
        return "POST", urlencode(ask.form), headers

    def _sign_in(self, service: Service) -> None:
        name, password = f"bench-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
        command = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--email", ""]
        subprocess.run(
            [*command, "--username", name],
            cwd=PROJECT,
            env={**service.environment, "DJANGO_SUPERUSER_PASSWORD": password},
            capture_output=True,
            check=True,
        )
        path = "/login/"
        self.send(Ask(path))
        self.send(Ask(path, form=(("username", name), ("password", password))))
        if "sessionid" not in self._cookies:
            raise SystemExit("the bench's user could not sign in")

    def _busy_seconds(self) -> float:
        # Time on a processor, in nanoseconds, comes first (Linux, sched-stats).
        total = 0
        for pid in self._servers:
            try:
                threads = list(Path(f"/proc/{pid}/task").iterdir())
                total += sum(int((one / "schedstat").read_text().split()[0]) for one in threads)
            except OSError:
                continue  # a connection that was closed
        return total / 1e9


def found_in(answer: Answer, pattern: str) -> str:
    """Return what the group of a pattern matches in an answer; raises SystemExit."""
    found = re.search(pattern, answer.text)
    if found is None:
        raise SystemExit(f"a page shows no {pattern}")
    return found.group(1).replace("&amp;", "&")


def _command(pid: int) -> str:
    try:
        return Path(os.fspath(f"/proc/{pid}/cmdline")).read_bytes().decode(errors="replace")
    except OSError:
        return ""
