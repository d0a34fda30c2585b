"""Files that a client names by URL, fetched without reaching what only this machine can reach.

`dam.connections` says how; redirects are checked anew, and share the one limit of time.
"""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from django.conf import settings

from dam.connections import (
    Deadline,
    Reach,
    RequestFailed,
    bad_url,
    connected,
    path_of,
    problems_told,
    read_url,
)

CHUNK_BYTES = 2**16
SPOOL_MEMORY_BYTES = 4 * 2**20
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"User-Agent": "Facet", "Accept": "image/*,*/*;q=0.1", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file from the network, at its start, and the name that its URL gives it."""

    file: IO[bytes]
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who may be asked for a file, and what the server that was named is told."""

    reach: Reach
    origin: tuple[str, str]
    headers: Mapping[str, str]

    def headers_for(self, parts: SplitResult) -> dict[str, str]:
        is_named = (parts.scheme, parts.netloc) == self.origin
        return dict(self.headers if is_named else HEADERS)


@contextmanager
def fetch(
    url: str,
    *,
    within: Deadline | None = None,
    reach: Reach | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[Fetched]:
    """Give the file at a URL, of DAM_MAX_UPLOAD_BYTES at most; it is gone afterwards.

    It may take DAM_FETCH_SECONDS, and no longer than `within`, which several files may share.
    `reach` is what may be asked instead of what DAM_FETCH_HOSTS and DAM_FETCH_NETWORKS say;
    `headers` are for the URL's own server, and not for one that it leads on to. Raises
    RequestFailed.
    """
    asked = Asked(
        reach or Reach(settings.DAM_FETCH_HOSTS, settings.DAM_FETCH_NETWORKS),
        _origin(url),
        {**HEADERS, **(headers or {})},
    )
    with tempfile.SpooledTemporaryFile(
        max_size=SPOOL_MEMORY_BYTES, dir=settings.FILE_UPLOAD_TEMP_DIR
    ) as file:
        with problems_told():
            most = float(settings.DAM_FETCH_SECONDS)
            seconds = min(most, within.left()) if within else most
            _follow(url, asked, into=file, deadline=Deadline(seconds))
        file.seek(0)
        yield Fetched(file=file, name=_name(url))


def _follow(url: str, asked: Asked, *, into: IO[bytes], deadline: Deadline) -> None:
    for _ in range(settings.DAM_FETCH_REDIRECTS + 1):
        target = _ask(read_url(url), asked, into=into, deadline=deadline)
        if target is None:
            return
        url = _join(url, target)
    raise RequestFailed("The address leads on too many times.", code="too_many_redirects")


def _join(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise bad_url("The address leads on to one that cannot be read.") from error


def _ask(parts: SplitResult, asked: Asked, *, into: IO[bytes], deadline: Deadline) -> str | None:
    """Store what a URL answers, or return where it leads on."""
    with ExitStack() as stack:
        connection = stack.enter_context(connected(parts, reach=asked.reach, deadline=deadline))
        connection.request("GET", path_of(parts), headers=asked.headers_for(parts))
        response = connection.getresponse()
        stack.callback(response.close)
        if response.status in REDIRECTS and (target := response.getheader("Location")):
            return _decoded(target)
        _check_head(response)
        _copy(response, into=into)
    return None


def _check_head(response: http.client.HTTPResponse) -> None:
    if response.status != 200:
        raise RequestFailed(
            f"The address answers with status {response.status}.", code="bad_answer"
        )
    if response.getheader("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise RequestFailed("The file is sent compressed.", code="bad_answer")
    if (response.length or 0) > settings.DAM_MAX_UPLOAD_BYTES:
        raise _too_large()


def _copy(response: http.client.HTTPResponse, *, into: IO[bytes]) -> None:
    expected, size_bytes = response.length, 0
    while chunk := response.read(CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > settings.DAM_MAX_UPLOAD_BYTES:
            raise _too_large()
        into.write(chunk)
    if expected is not None and size_bytes != expected:
        raise RequestFailed("The file ended too early.", code="bad_answer")


def _too_large() -> RequestFailed:
    megabytes = settings.DAM_MAX_UPLOAD_BYTES / 1e6
    error = RequestFailed(
        f"The file is larger than the {megabytes:g} MB that are allowed.", code="too_large"
    )
    error.status = 413
    return error


def _origin(url: str) -> tuple[str, str]:
    parts = read_url(url)
    return parts.scheme, parts.netloc


def _decoded(header: str) -> str:
    """Return a header as its bytes were meant: http.client takes them for Latin-1."""
    return header.encode("latin-1").decode("utf-8", "replace").strip()


def _name(url: str) -> str:
    """Return the last part of a URL's path, or "" where it has none."""
    return unquote(urlsplit(url).path.rpartition("/")[2])
