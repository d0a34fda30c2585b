"""Files that a client names by URL, fetched without reaching what only this machine can reach.

Only http and https; each host is resolved once and connected to by the address that was checked, so
a name that changes its address in between changes nothing; redirects are checked anew. No proxy,
cookies, credentials or compression. One limit of time holds for everything, from the name to the
last byte, so that no server can hold a request by answering slowly.
"""

from __future__ import annotations

import http.client
import io
import logging
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from django.conf import settings

from dam.addresses import Resolved, host_is_listed, may_be_asked, resolve
from dam.errors import DamError

logger = logging.getLogger(__name__)

CHUNK_BYTES = 2**16
MOST_URL = 4000
CONNECT_SECONDS = 5.0
SPOOL_MEMORY_BYTES = 4 * 2**20
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"User-Agent": "Facet", "Accept": "image/*,*/*;q=0.1", "Accept-Encoding": "identity"}


class FetchFailed(DamError):
    """A file could not be fetched; `code` says why. What a server answered is never told."""

    code = "fetch_failed"
    status = 422


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file from the network, at its start, and the name that its URL gives it."""

    file: IO[bytes]
    name: str


class Deadline:
    """A point in time that several steps share."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, more than 0. Raises TimeoutError when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left


@contextmanager
def fetch(url: str, *, within: Deadline | None = None) -> Iterator[Fetched]:
    """Give the file at a URL, of DAM_MAX_UPLOAD_BYTES at most; it is gone afterwards.

    It may take DAM_FETCH_SECONDS, and no longer than `within`, which several files may share.
    Raises FetchFailed.
    """
    with tempfile.SpooledTemporaryFile(
        max_size=SPOOL_MEMORY_BYTES, dir=settings.FILE_UPLOAD_TEMP_DIR
    ) as file:
        with _problems_told():
            most = float(settings.DAM_FETCH_SECONDS)
            seconds = min(most, within.left()) if within else most
            _follow(url, into=file, deadline=Deadline(seconds))
        file.seek(0)
        yield Fetched(file=file, name=_name(url))


def _follow(url: str, *, into: IO[bytes], deadline: Deadline) -> None:
    for _ in range(settings.DAM_FETCH_REDIRECTS + 1):
        target = _ask(_read_url(url), into=into, deadline=deadline)
        if target is None:
            return
        url = _join(url, target)
    raise FetchFailed("The address leads on too many times.", code="too_many_redirects")


def _join(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise _bad_url("The address leads on to one that cannot be read.") from error


def _read_url(url: str) -> SplitResult:
    """Return the parts of a URL that may be asked. Raises FetchFailed."""
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if (
        not is_whole
        or len(url) > MOST_URL
        or any(letter <= " " or letter == "\x7f" for letter in url)
    ):
        raise _bad_url("This is not an address of a file.")
    if parts.scheme not in PORTS:
        raise _bad_url("Only addresses that begin with http:// or https:// are fetched.")
    if parts.username is not None or parts.password is not None:
        raise _bad_url("An address must not hold a name or a password.")
    return parts


def _bad_url(message: str) -> FetchFailed:
    error = FetchFailed(message, code="invalid_url")
    error.status = 400
    return error


def _ask(parts: SplitResult, *, into: IO[bytes], deadline: Deadline) -> str | None:
    """Store what a URL answers, or return where it leads on."""
    with ExitStack() as stack:
        connection = stack.enter_context(_connected(parts, deadline=deadline))
        path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        if not path.startswith("/"):
            path = f"/{path}"
        connection.request("GET", _ascii(path), headers=HEADERS)
        response = connection.getresponse()
        stack.callback(response.close)
        if response.status in REDIRECTS and (target := response.getheader("Location")):
            return _decoded(target)
        _check_head(response)
        _copy(response, into=into)
    return None


@contextmanager
def _connected(parts: SplitResult, *, deadline: Deadline) -> Iterator[http.client.HTTPConnection]:
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    with ExitStack() as stack:
        plain = stack.enter_context(_open(_permitted(host, port, deadline), deadline))
        if parts.scheme == "https":
            plain.settimeout(deadline.left())
            # Certificates are for the name, though the address is what was connected to.
            sock: socket.socket = _tls().wrap_socket(plain, server_hostname=host)
            stack.enter_context(sock)
        else:
            sock = plain
        connection = http.client.HTTPConnection(host, port)
        if port == PORTS[parts.scheme]:
            connection.default_port = port
        connection.sock = _TimedSocket(sock, deadline)
        yield connection


def _permitted(host: str, port: int, deadline: Deadline) -> list[Resolved]:
    """Return the addresses of a host, all of which may be asked. Raises FetchFailed."""
    hosts = settings.DAM_FETCH_HOSTS
    if hosts and not host_is_listed(host, hosts=hosts):
        raise FetchFailed("Files are not fetched from that host.", code="host_refused")
    places = resolve(host, port, seconds=deadline.left())
    networks = settings.DAM_FETCH_NETWORKS
    # One that may not be asked spoils the others: no honest name has both kinds.
    if not all(may_be_asked(place.address, networks=networks) for place in places):
        logger.warning("fetching was refused: %s has an address that is not public", host)
        raise FetchFailed("Files are fetched from public addresses only.", code="address_refused")
    return places


def _open(places: list[Resolved], deadline: Deadline) -> socket.socket:
    """Return a connection to the first place that takes one. Raises OSError."""
    problem: OSError = OSError("no address")
    for place in places:
        sock = socket.socket(place.family, socket.SOCK_STREAM)
        try:
            # A place that is silent leaves time for the next.
            sock.settimeout(min(deadline.left(), CONNECT_SECONDS))
            sock.connect(place.sockaddr)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return sock
    raise problem


def _check_head(response: http.client.HTTPResponse) -> None:
    if response.status != 200:
        raise FetchFailed(f"The address answers with status {response.status}.", code="bad_answer")
    if response.getheader("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise FetchFailed("The file is sent compressed.", code="bad_answer")
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
        raise FetchFailed("The file ended too early.", code="bad_answer")


def _too_large() -> FetchFailed:
    megabytes = settings.DAM_MAX_UPLOAD_BYTES / 1e6
    error = FetchFailed(
        f"The file is larger than the {megabytes:g} MB that are allowed.", code="too_large"
    )
    error.status = 413
    return error


class _TimedSocket:
    """What http.client needs of a socket; each step may take as long as the deadline leaves."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left())
        self._sock.sendall(data)

    def makefile(self, mode: str, *_: Any) -> io.BufferedReader:  # noqa: ARG002
        return io.BufferedReader(_TimedReader(self._sock, self._deadline))

    def close(self) -> None:
        """Leave it open: whoever opened the socket closes it."""


class _TimedReader(io.RawIOBase):
    """Reads a socket until the deadline, however small the pieces are that come."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)


@contextmanager
def _problems_told() -> Iterator[None]:
    """Raise what the network raises as an error of ours."""
    try:
        yield
    except TimeoutError as error:
        raise FetchFailed("The address takes too long to answer.", code="timed_out") from error
    except ssl.SSLError as error:
        raise FetchFailed("The address has no valid certificate.", code="bad_tls") from error
    except http.client.HTTPException as error:
        raise FetchFailed("The address does not answer as HTTP says.", code="bad_answer") from error
    except (OSError, UnicodeError) as error:
        raise FetchFailed("The address cannot be reached.", code="unreachable") from error


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _decoded(header: str) -> str:
    """Return a header as its bytes were meant: http.client takes them for Latin-1."""
    return header.encode("latin-1").decode("utf-8", "replace").strip()


def _ascii(path: str) -> str:
    """Return a path with letters beyond ASCII in percents; what is in percents stays."""
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in path
    )


def _name(url: str) -> str:
    """Return the last part of a URL's path, or "" where it has none."""
    return unquote(urlsplit(url).path.rpartition("/")[2])
