"""Requests to the REST API of another system, by the careful connections of `dam.connections`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from analysis.connectors.errors import ItemFailed, SystemRefused, SystemUnavailable
from analysis.connectors.reach import REFUSED, reach
from dam.connections import Deadline, RequestFailed, connected, path_of, problems_told, read_url

SECONDS = 30.0
MOST_BYTES = 8 * 2**20
# Such answers say nothing of the request: another time it may be taken.
_LATER = frozenset({408, 425, 429})
_ABOUT_ACCESS = frozenset({401, 402, 403, 405})
_PERMANENT = frozenset({"address_refused", "host_refused", "invalid_url", "bad_tls"})


def ask(method: str, url: str, *, headers: Mapping[str, str], body: Any = None) -> dict[str, Any]:
    """Return the JSON object that is answered. Redirects are not followed.

    Raises SystemUnavailable, SystemRefused, and ItemFailed where what is asked for is not there.
    """
    sent = None if body is None else json.dumps(body).encode()
    told = {"User-Agent": "Facet", "Accept": "application/json", **headers}
    if sent is not None:
        told["Content-Type"] = "application/json"
    try:
        with problems_told():
            status, content = _exchange(method, url, headers=told, body=sent)
    except RequestFailed as error:
        if error.code == "address_refused":
            raise SystemRefused(REFUSED) from error
        kind = SystemRefused if error.code in _PERMANENT else SystemUnavailable
        raise kind(error.message) from error
    return _read(status, content)


def _exchange(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, bytes]:
    parts = read_url(url)
    with connected(parts, reach=reach(), deadline=Deadline(SECONDS)) as connection:
        connection.request(method, path_of(parts), body=body, headers=dict(headers))
        with connection.getresponse() as response:
            return response.status, response.read(MOST_BYTES + 1)


def _read(status: int, content: bytes) -> dict[str, Any]:
    if status == 404:
        raise ItemFailed("The system does not know it (any more).", code="gone")
    if status in _LATER or status >= 500:
        raise SystemUnavailable(f"The system answers with status {status}.")
    if status in _ABOUT_ACCESS or status < 200 or 300 <= status < 400:
        raise SystemRefused(
            f"The system answers with status {status}: check the address, the token and the key."
        )
    if status >= 400:
        raise ItemFailed(f"The system answers with status {status}.", code="refused")
    try:
        answer = json.loads(content) if len(content) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise SystemRefused("The system does not answer with JSON as its API should.")
    return answer
