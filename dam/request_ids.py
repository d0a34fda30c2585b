"""One id for each request: in its answer, in every line of the log, and in the tasks it sends."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
NONE = "-"
# What others may have made. Anything else could forge lines of the log.
ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,128}")

_current: ContextVar[str] = ContextVar("request_id", default=NONE)


def current_request_id() -> str:
    """Return the id of the request that is being answered, "-" outside of any."""
    return _current.get()


def current_request_uuid() -> str:
    """Return the current id if it is a UUID, as those that we make are, else a new one."""
    try:
        return str(uuid.UUID(_current.get()))
    except ValueError:
        return _new_id()


def _new_id() -> str:
    return str(uuid.uuid4())


@contextmanager
def request_id(text: str) -> Iterator[str]:
    """Let `text` be the current id, or a new one where it is none; give what it is."""
    token = _current.set(text if ACCEPTABLE.fullmatch(text) else _new_id())
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def keep_request_id(text: str) -> None:
    """Let `text`, which was an id before, be the current id from now on."""
    _current.set(text)


class RequestIdMiddleware:
    """Takes the client's `X-Request-ID` or makes one, and answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_id(request.headers.get(HEADER, "")) as text:
            response = self.get_response(request)
        response.headers[HEADER] = text
        return response


class RequestIdFilter(logging.Filter):
    """Adds the current id to each line that is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        return True
