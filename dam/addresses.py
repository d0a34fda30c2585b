"""Which addresses on the network may be asked for a file that a client names by URL."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Prefixes under which IPv6 carries an IPv4 address, and how many bits follow that address.
_CARRIERS: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),  # translated, RFC 2765
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)
# They lead somewhere else than they say: Teredo, and NAT64 of a network's own.
_TUNNELS = (ipaddress.IPv6Network("2001::/32"), ipaddress.IPv6Network("64:ff9b:1::/48"))


@dataclass(frozen=True, slots=True)
class Resolved:
    """One address of a host, as a socket takes it."""

    family: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int]

    @property
    def address(self) -> Address:
        return ipaddress.ip_address(str(self.sockaddr[0]).partition("%")[0])


def read_networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Return networks such as `10.0.0.0/8`, or single addresses. Raises ValueError."""
    return tuple(ipaddress.ip_network(word) for word in words)


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open internet, and carries none that is not."""
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in tunnel for tunnel in _TUNNELS):
            return False
        for network, shift in _CARRIERS:
            if address in network:
                inner = (int(address) >> shift) & 0xFFFFFFFF
                return is_public(ipaddress.IPv4Address(inner))
    # Multicast and site-local addresses are global by name only.
    is_site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not address.is_multicast and not is_site_local


def may_be_asked(address: Address, *, networks: Sequence[Network]) -> bool:
    """Tell whether an address is public, or in one of the networks that the settings name."""
    return is_public(address) or any(address in network for network in networks)


def host_is_listed(host: str, *, hosts: Sequence[str]) -> bool:
    """Tell whether a host is one of some; `.example.org` stands for all below example.org."""
    host = host.lower().rstrip(".")
    return any(
        host.endswith(listed) if listed.startswith(".") else host == listed
        for listed in (each.lower() for each in hosts)
    )


def resolve(host: str, port: int, *, seconds: float) -> list[Resolved]:
    """Return the addresses of a host, in the system's order.

    Raises OSError if there are none, and TimeoutError after `seconds`: the system's resolver has
    no limit that a caller could set, so another thread waits for it.
    """
    found: list[Resolved] = []
    problems: list[OSError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            problems.append(error)
        except UnicodeError:
            problems.append(OSError("not the name of a host"))
        else:
            found.extend(Resolved(family, place) for family, *_, place in answers)  # type: ignore[arg-type]

    thread = threading.Thread(target=ask, daemon=True, name="resolve")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"{host} was not resolved in time")
    if problems:
        raise problems[0]
    return list(dict.fromkeys(found))
