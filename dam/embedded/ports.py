"""Free ports on the loopback interface."""

from __future__ import annotations

import random
import socket

# Below the range from which the kernel takes ports for outgoing connections: nobody gets one of
# these by accident between our look and the server's start.
CANDIDATES = range(20_000, 32_000)


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen there. Old connections that linger do not matter."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            # Two of us may bind the same port with that option, but only one may listen.
            probe.listen()
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    picker = random.SystemRandom()
    while True:
        port = picker.choice(CANDIDATES)
        if is_free(port):
            return port
