"""Connections to other servers, made without reaching what only this machine can reach.

Only http and https; each host is resolved once and connected to by the address that was checked, so
a name that changes its address in between changes nothing. No proxy, cookies, credentials or
compression. One limit of time holds for everything, from the name to the last byte, so that no
server can hold a request by answering slowly.
"""

from __future__ import annotations

import http.client
import io
import logging
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from dam.addresses import Network, Resolved, host_is_listed, may_be_asked, resolve
from dam.errors import DamError

logger = logging.getLogger(__name__)

MOST_URL = 4000
CONNECT_SECONDS = 5.0
PORTS = {"http": 80, "https": 443}


class RequestFailed(DamError):
    """Another server could not be asked; `code` says why. What it answered is not in it."""

    code = "fetch_failed"
    status = 422


@dataclass(frozen=True, slots=True)
class Reach:
    """Which servers may be asked: any public one, or only some hosts; and networks of our own."""

    hosts: Sequence[str] = ()
    networks: Sequence[Network] = ()


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


def read_url(url: str) -> SplitResult:
    """Return the parts of a URL that may be asked. Raises RequestFailed."""
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
        raise bad_url("This is not an address on the web.")
    if parts.scheme not in PORTS:
        raise bad_url("Only addresses that begin with http:// or https:// are asked.")
    if parts.username is not None or parts.password is not None:
        raise bad_url("An address must not hold a name or a password.")
    return parts


def bad_url(message: str) -> RequestFailed:
    """Return the error of an address that is none."""
    error = RequestFailed(message, code="invalid_url")
    error.status = 400
    return error


def path_of(parts: SplitResult) -> str:
    """Return what a request asks its server for: the path and what follows, in ASCII."""
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return _ascii(path if path.startswith("/") else f"/{path}")


@contextmanager
def connected(
    parts: SplitResult, *, reach: Reach, deadline: Deadline
) -> Iterator[http.client.HTTPConnection]:
    """Give a connection to the server of a URL that `read_url` read. Raises RequestFailed."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    with ExitStack() as stack:
        plain = stack.enter_context(_open(_permitted(host, port, reach, deadline), deadline))
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


@contextmanager
def problems_told() -> Iterator[None]:
    """Raise what the network raises as an error of ours."""
    try:
        yield
    except TimeoutError as error:
        raise RequestFailed("The address takes too long to answer.", code="timed_out") from error
    except ssl.SSLError as error:
        raise RequestFailed("The address has no valid certificate.", code="bad_tls") from error
    except http.client.HTTPException as error:
        raise RequestFailed(
            "The address does not answer as HTTP says.", code="bad_answer"
        ) from error
    except (OSError, UnicodeError) as error:
        raise RequestFailed("The address cannot be reached.", code="unreachable") from error


def _permitted(host: str, port: int, reach: Reach, deadline: Deadline) -> list[Resolved]:
    """Return the addresses of a host, all of which may be asked. Raises RequestFailed."""
    if reach.hosts and not host_is_listed(host, hosts=reach.hosts):
        raise RequestFailed("That host is not among those that may be asked.", code="host_refused")
    places = resolve(host, port, seconds=deadline.left())
    # One that may not be asked spoils the others: no honest name has both kinds.
    if not all(may_be_asked(place.address, networks=reach.networks) for place in places):
        logger.warning("a request was refused: %s has an address that is not public", host)
        raise RequestFailed("Only public addresses are asked.", code="address_refused")
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


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _ascii(path: str) -> str:
    """Return a path with letters beyond ASCII in percents; what is in percents stays."""
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in path
    )
