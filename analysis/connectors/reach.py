"""Which servers connectors may ask: public ones, and those of DAM_CONNECTOR_NETWORKS."""

from __future__ import annotations

from django.conf import settings

from analysis.connectors.errors import SystemRefused, SystemUnavailable
from dam.addresses import may_be_asked, resolve
from dam.connections import PORTS, Reach, read_url

RESOLVE_SECONDS = 5.0
REFUSED = (
    "Only public addresses are asked. Others have to be named in the setting "
    "DAM_CONNECTOR_NETWORKS."
)


def reach() -> Reach:
    """Return what a connection of a connector may lead to."""
    return Reach(networks=settings.DAM_CONNECTOR_NETWORKS)


def require_reachable(url: str) -> None:
    """Raise SystemRefused where a client that resolves names by itself must not ask a URL."""
    parts = read_url(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        places = resolve(host, port, seconds=RESOLVE_SECONDS)
    except OSError as error:
        raise SystemUnavailable(f"The address of {host} cannot be found.") from error
    networks = settings.DAM_CONNECTOR_NETWORKS
    if not all(may_be_asked(place.address, networks=networks) for place in places):
        raise SystemRefused(REFUSED)
