"""Free ports on the loopback interface."""

from __future__ import annotations

import random
import socket

# Below the range from which the kernel takes ports for outgoing connections: nobody gets one of
# these by accident between our look and the server's start.
CANDIDATES = range(20_000, 32_000)


def listen_error(port: int, *, host: str = "127.0.0.1") -> str:
    """Say why a server could not listen there, or "". Old connections that linger do not matter."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            # Two of us may bind the same port with that option, but only one may listen.
            probe.listen()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def is_free(port: int) -> bool:
    """Tell whether a server could listen there."""
    return not listen_error(port)


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    picker = random.SystemRandom()
    while True:
        port = picker.choice(CANDIDATES)
        if is_free(port):
            return port
