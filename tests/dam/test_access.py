"""Nothing answers without a credential but what is named here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

OPEN = {"/healthz", "/readyz", "/login/"}
# Their errors have other shapes.
VENDORS = re.compile(r"/(scaleflex/|any/v[45]/|api/portrait/|api/common/)")
# Nobody can guess these, so that a page may show the picture.
DRAWN = re.compile(r"/scaleflex/deliver/")
VALUES = {
    "uid": "0b9b9d5e-5a3f-4c55-9a53-6f6f1b1d7c11",
    "facet": "glasses",
    "name": "red_hat",
    "number": "1",
    "hour": "2026112119",
    "token": "any",
}
METHODS = ("get", "post", "put", "patch", "delete")


def addresses(resolver: URLResolver | None = None, start: str = "/") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        address = start + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, address)
        elif isinstance(entry, URLPattern) and not isinstance(entry.pattern, RegexPattern):
            for name, converter in entry.pattern.converters.items():
                address = address.replace(f"<{_kind(converter)}:{name}>", VALUES[name])
            assert "<" not in address, f"{address}: add a value to VALUES"
            yield address


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower()


def test_the_walk_finds_pages_and_api():
    found = set(addresses())

    assert {"/", "/api/v1/assets", "/api/schema/", "/api/docs/", *OPEN} <= found


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("address", sorted(set(addresses()) - OPEN))
def test_nothing_answers_without_a_credential(client: Client, address: str, method: str):
    response = getattr(client, method)(address)

    if DRAWN.match(address):
        assert response.status_code in {404, 405}
    elif VENDORS.match(address):
        assert response.status_code == 401
    elif address.startswith("/api/") and address != "/api/docs/":
        assert response.status_code == 401
        assert response.data["error"]["code"] == "not_authenticated"
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(OPEN - {"/readyz"}))
def test_what_is_open_answers(client: Client, address: str):
    assert client.get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/media/originals/a.jpg", "/admin/", "/api/v1/none", "/none"])
def test_other_addresses_do_not_exist(client: Client, address: str):
    assert client.get(address).status_code == 404
