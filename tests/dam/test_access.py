"""Nothing answers without a credential but what is named here, and nobody may do more than theirs.

A view that is new needs the usual rights, or a line in NEEDS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from dam.models import ApiKey, User
from dam.roles import ROLE_RIGHTS, SCOPE_RIGHTS, Right
from tests.factories import make_api_key, make_user

VALUES = {
    "uid": "0b9b9d5e-5a3f-4c55-9a53-6f6f1b1d7c11",
    "facet": "glasses",
    "name": "red_hat",
    "number": "1000000",
    "hour": "2026112119",
    "token": "any",
    "prefix": "abcdefgh",
    "delivery_uid": "0b9b9d5e-5a3f-4c55-9a53-6f6f1b1d7c11",
    "kind": "folder",
    "change_id": "1000000",
    "delivery_uid": "0b9b9d5e-5a3f-4c55-9a53-6f6f1b1d7c12",
}
OPEN = {"/healthz", "/readyz", "/login/", f"/password/{VALUES['uid']}/any/"}
# Their errors have other shapes.
VENDORS = re.compile(r"/(scaleflex/|any/v[45]/|api/portrait/|api/common/)")
# Nobody can guess these, so that a page may show the picture.
DRAWN = re.compile(r"/scaleflex/deliver/")
METHODS = ("get", "post", "put", "patch", "delete")

# Reading needs `read` and all else `write`, but here: (methods, addresses, the right).
NEEDS = [
    # Whoever signs in may do these for themselves, and search by a picture.
    ("post", r"/(logout|look|settings/account|search/similar)/", Right.READ),
    ("post", r"/api/v1/search/similar", Right.READ),
    # Forms of what only editors may send.
    ("get", r"/(upload|tags/new|bulk/new|(collections|searches)/.+/edit)/", Right.WRITE),
    ("get", r"/(tags|collections|searches)/[^/]+/delete/", Right.WRITE),
    # Pictures that are looked at and not kept.
    ("post", r"/(api/v1/analyze|scaleflex/face-analysis)", Right.ANALYZE),
    (METHODS, r"/api/(portrait|common)/.*", Right.ANALYZE),
    # Photos go for good.
    (METHODS, r"/photos/[^/]+/delete/", Right.ADMIN),
    ("delete", r"/api/v1/assets/[^/]+", Right.ADMIN),
    ("delete", r"/(.+/)?v[45]/files/[^/]+", Right.ADMIN),
    # Who may come in, and what they did.
    (METHODS, r"/api/v1/(keys|users|audit)(/.*)?", Right.ADMIN),
    # All other settings, and what is set there.
    ("get", r"/settings/", Right.READ),
    (METHODS, r"/settings/(?!account/).+", Right.ADMIN),
    (METHODS, r"/usage/", Right.ADMIN),
    (METHODS, r"/api/v1/(webhooks|connectors)(/.*)?", Right.ADMIN),
    (METHODS, r"/api/v1/(rules/order|assets/[^/]+/judge)", Right.ADMIN),
    ("get", r"/api/v1/rules(/[^/]+)?", Right.READ),
    ("post", r"/api/v1/rules", Right.ADMIN),
    (METHODS, r"/api/v1/rules/[^/]+", Right.ADMIN),
    ("post", r"/api/v1/rules/[^/]+/try", Right.READ),
]


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


def needed(method: str, address: str) -> ApiKey.Scope:
    for methods, pattern, right in NEEDS:
        if method in methods and re.fullmatch(pattern, address):
            return right
    return Right.READ if method == "get" else Right.WRITE


def is_page(address: str) -> bool:
    return not (address.startswith("/api/v1/") or VENDORS.match(address))


def refused(client: Client, of: Callable[[str], bool]) -> Iterator[tuple[str, str, bool]]:
    """Ask everything with every method; yield what was asked, and whether it was refused."""
    # Signing out comes last.
    for address in sorted({*addresses()} - OPEN, key=lambda one: (one == "/logout/", one)):
        for method in METHODS if of(address) and not DRAWN.match(address) else ():
            response: HttpResponse = getattr(client, method)(address)
            assert response.status_code != 401, (method, address)
            yield method, address, response.status_code == 403


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
@pytest.mark.parametrize("role", User.Role.values)
def test_people_may_do_what_their_role_allows(client: Client, role: str):
    client.force_login(make_user(role=role))

    wrong = [
        (method, address)
        for method, address, is_refused in refused(client, is_page)
        if is_refused == (needed(method, address) in ROLE_RIGHTS[role])
    ]

    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", User.Role.values)
def test_roles_hold_in_rest_too(client: Client, role: str):
    client.force_login(make_user(role=role))

    may_delete = client.delete(f"/api/v1/assets/{VALUES['uid']}").status_code != 403
    may_write = client.post("/api/v1/collections", {}).status_code != 403

    rights = ROLE_RIGHTS[role]
    assert (may_write, may_delete) == (Right.WRITE in rights, Right.ADMIN in rights)


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ApiKey.Scope.values)
def test_programs_may_do_what_the_scope_of_their_key_allows(scope: str):
    text = make_api_key(ApiKey.Scope(scope)).text
    client = Client(headers={"Authorization": f"Api-Key {text}", "ailabapi-api-key": text})

    wrong = [
        (method, address)
        for method, address, is_refused in refused(client, lambda one: not is_page(one))
        if is_refused == (needed(method, address) in SCOPE_RIGHTS[scope])
    ]

    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(OPEN - {"/readyz"}))
def test_what_is_open_answers(client: Client, address: str):
    assert client.get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/media/originals/a.jpg", "/admin/", "/api/v1/none", "/none"])
def test_other_addresses_do_not_exist(client: Client, address: str):
    assert client.get(address).status_code == 404
