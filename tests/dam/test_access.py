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

from analysis.custom_tags.tags import create_tag
from dam.models import ApiKey, User
from dam.roles import ROLE_RIGHTS, SCOPE_RIGHTS, HasRight, Right, needed_right
from tests.factories import make_api_key, make_asset, make_collection, make_face, make_user

UID = "0b9b9d5e-5a3f-4c55-9a53-6f6f1b1d7c11"
# What stands in addresses for values of each kind; nothing has these.
VALUES = {"uuid": UID, "int": "1000000", "slug": "any"}
OPEN = {"/healthz", "/readyz", "/login/", "/password/any/any/"}
# Their errors have other shapes.
VENDORS = re.compile(r"/(scaleflex/|any/v[45]/|api/portrait/|api/common/)")
# Nobody can guess these, so that a page may show the picture.
DRAWN = re.compile(r"/scaleflex/deliver/")
METHODS = ("get", "post", "put", "patch", "delete")

# Reading needs `read` and all else `write`, but here: (methods, addresses, the right).
NEEDS = [
    # Whoever signs in may do these for themselves, and search by a picture.
    (METHODS, r"/look/", Right.READ),
    ("post", r"/(logout|settings/account|search/similar)/", Right.READ),
    ("post", r"/api/v1/(search/similar|assets/[^/]+/redacted)", Right.READ),
    # Forms of what only editors may send.
    (
        "get",
        r"/(uploads?(/.+)?|review|review/people|tags/new|bulk/new|(collections|searches)/.+/edit)/",
        Right.WRITE,
    ),
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
    (METHODS, r"/status/(pause|resume)/", Right.ADMIN),
    ("put", r"/api/v1/analysis/pause", Right.ADMIN),
    (METHODS, r"/api/v1/(webhooks|connectors)(/.*)?", Right.ADMIN),
    (METHODS, r"/api/v1/(rules/order|assets/[^/]+/judge)", Right.ADMIN),
    ("get", r"/api/v1/rules(/[^/]+)?", Right.READ),
    ("post", r"/api/v1/rules", Right.ADMIN),
    (METHODS, r"/api/v1/rules/[^/]+", Right.ADMIN),
    ("post", r"/api/v1/rules/[^/]+/try", Right.READ),
]


def views(
    resolver: URLResolver | None = None, start: str = "/"
) -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield each address with what answers there."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = start + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry, address)
        elif isinstance(entry, URLPattern) and not isinstance(entry.pattern, RegexPattern):
            for name, converter in entry.pattern.converters.items():
                kind = type(converter).__name__.removesuffix("Converter").lower()
                address = address.replace(f"<{kind}:{name}>", VALUES[kind])
            assert "<" not in address, address
            yield address, entry.callback


def addresses() -> list[str]:
    return sorted({address for address, _ in views()})


def needed(method: str, address: str) -> ApiKey.Scope:
    for methods, pattern, right in NEEDS:
        if method in methods and re.fullmatch(pattern, address):
            return right
    return Right.READ if method == "get" else Right.WRITE


def test_the_walk_finds_pages_and_api():
    found = set(addresses())

    assert {"/", "/api/v1/assets", "/api/schema/", "/api/docs/", *OPEN} <= found


def is_closed(address: str, response: HttpResponse) -> bool:
    """Tell whether an answer is the one for somebody without a credential."""
    if DRAWN.match(address):
        return response.status_code in {404, 405}
    if VENDORS.match(address):
        return bool(response.status_code == 401)
    if address.startswith("/api/") and address != "/api/docs/":
        return (response.status_code, response.data["error"]["code"]) == (401, "not_authenticated")
    return response.status_code == 302 and response.headers["Location"].startswith("/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_nothing_answers_without_a_credential(client: Client, method: str):
    wrong = [
        address
        for address in addresses()
        if address not in OPEN and not is_closed(address, getattr(client, method)(address))
    ]

    assert wrong == []


def test_each_view_needs_the_right_of_the_table():
    wrong = [
        (method, address, needed_right(getattr(view, "cls", view), method.upper()))
        for address, view in views()
        if address not in OPEN and not DRAWN.match(address)
        for method in METHODS
        if needed_right(getattr(view, "cls", view), method.upper()) != needed(method, address)
    ]

    assert wrong == []


def test_each_rest_view_asks_for_its_right():
    wrong = [
        address
        for address, view in views()
        if hasattr(view, "cls") and not DRAWN.match(address)
        if HasRight not in view.cls.permission_classes
    ]

    assert wrong == []


# Each needs more than the one before it. Where nothing is stored, nothing is found.
ASKED = {
    Right.READ: ("get", "/collections/", "/api/v1/collections"),
    Right.WRITE: ("post", "/collections/", "/api/v1/collections"),
    Right.ADMIN: ("delete", f"/photos/{UID}/delete/", f"/api/v1/assets/{UID}"),
    Right.ANALYZE: ("post", None, "/api/v1/analyze"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("role", User.Role.values)
def test_people_may_do_what_their_role_allows(client: Client, role: str):
    client.force_login(make_user(role=role))

    allowed = {
        (right, address)
        for right, (method, *asked) in ASKED.items()
        for address in filter(None, asked)
        if getattr(client, method)(address).status_code != 403
    }

    rights = ROLE_RIGHTS[role]
    assert allowed == {
        (r, a) for r, (_, *asked) in ASKED.items() for a in asked if a and r in rights
    }


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ApiKey.Scope.values)
def test_programs_may_do_what_the_scope_of_their_key_allows(scope: str):
    text = make_api_key(ApiKey.Scope(scope)).text
    client = Client(headers={"Authorization": f"Api-Key {text}"})

    allowed = {
        right
        for right, (method, _, address) in ASKED.items()
        if getattr(client, method)(address).status_code != 403
    }

    assert allowed == SCOPE_RIGHTS[scope]


def offered(page: str) -> set[tuple[str, str]]:
    """Return what the links and forms of a page ask for: methods and addresses."""
    links = {("get", path) for path in re.findall(r'href="(/[^"?#]*)', page)}
    forms = {("post", path) for path in re.findall(r'(?:form)?action="(/[^"?#]*)', page)}
    searches = set(re.findall(r'<form(?![^>]*method="post")[^>]* action="(/[^"?#]*)', page))
    sent = {("post", path) for path in re.findall(r'hx-post="(/[^"?#]*)', page)}
    return links | sent | {(method, path) for method, path in forms if path not in searches}


@pytest.mark.django_db
@pytest.mark.parametrize("role", [User.Role.VIEWER, User.Role.EDITOR])
def test_pages_offer_only_what_somebody_may_do(client: Client, role: str):
    user = make_user(role=role)
    client.force_login(user)
    asset = make_asset()
    make_face(asset)
    make_collection(assets=[asset.pk])
    tag = create_tag(label="Red hat", user=user)
    pages = ["/", "/faces/", f"/photos/{asset.uid}/", "/collections/", f"/tags/{tag.name}/"]
    pages += ["/tags/", "/searches/", "/bulk/", "/refused/", "/status/", "/settings/account/"]

    wrong = {
        (page, method, path)
        for page in pages
        for method, path in offered(client.get(page).content.decode())
        if not path.startswith("/static/") and needed(method, path) not in ROLE_RIGHTS[role]
    }

    assert wrong == set()


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(OPEN - {"/readyz"}))
def test_what_is_open_answers(client: Client, address: str):
    assert client.get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/media/originals/a.jpg", "/admin/", "/api/v1/none", "/none"])
def test_other_addresses_do_not_exist(client: Client, address: str):
    assert client.get(address).status_code == 404
