"""One request to a receiver, by the same careful connections as files are fetched by."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult

from django.conf import settings

from dam.connections import (
    Deadline,
    Reach,
    RequestFailed,
    connected,
    path_of,
    problems_told,
    read_url,
)

# What is kept of an answer: enough to tell what a receiver complains of.
READ_BYTES = 2000
MOST_LETTERS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. `error` is "" where the receiver took it."""

    duration_ms: int
    error: str
    status: int | None = None
    text: str = ""

    @property
    def is_taken(self) -> bool:
        return not self.error


def post(url: str, body: bytes, *, headers: Mapping[str, str]) -> Answer:
    """Send a body, within DAM_WEBHOOK_SECONDS. Redirects are not followed; nothing is raised."""
    started = time.monotonic()
    try:
        with problems_told():
            status, text = _ask(read_url(url), body, headers)
    except RequestFailed as error:
        return Answer(_milliseconds_since(started), _explain(error))
    problem = "" if 200 <= status < 300 else f"The receiver answers {_name_status(status)}."
    return Answer(_milliseconds_since(started), problem, status, text)


def reach() -> Reach:
    """Return which servers may be told: public ones, and those of DAM_WEBHOOK_NETWORKS."""
    return Reach(networks=settings.DAM_WEBHOOK_NETWORKS)


def _ask(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    deadline = Deadline(settings.DAM_WEBHOOK_SECONDS)
    with connected(parts, reach=reach(), deadline=deadline) as connection:
        connection.request("POST", path_of(parts), body=body, headers=dict(headers))
        with connection.getresponse() as response:
            return response.status, _read_text(response)


def _read_text(response: http.client.HTTPResponse) -> str:
    """Return the beginning of an answer as text that a database stores."""
    try:
        said = response.read(READ_BYTES)
    except (OSError, http.client.HTTPException):
        # The status has said already whether it was taken.
        return ""
    return said.decode("utf-8", "replace").replace("\0", "\ufffd").strip()[:MOST_LETTERS]


def _name_status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _explain(error: RequestFailed) -> str:
    if error.code == "address_refused":
        return f"{error.message} Others have to be named in DAM_WEBHOOK_NETWORKS."
    return error.message


def _milliseconds_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
