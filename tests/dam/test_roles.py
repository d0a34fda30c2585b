from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied

from dam.api_keys import InvalidKey, least_scopes
from dam.models import ApiKey, User
from dam.roles import Right, held_rights, needed_right, needs, require_right, rights_of


def asks(**role: str) -> SimpleNamespace:
    return SimpleNamespace(user=User(**role))


@pytest.mark.parametrize(
    ("method", "right"), [("GET", "read"), ("HEAD", "read"), ("POST", "write"), ("DELETE", "write")]
)
def test_who_says_nothing_needs_the_usual_right(method, right):
    assert needed_right(object(), method) == right


def test_a_right_is_for_all_methods():
    view = needs(Right.ADMIN)(lambda: None)

    assert {needed_right(view, method) for method in ("GET", "POST", "PATCH")} == {"admin"}


def test_a_right_is_for_one_method():
    view = needs(delete=Right.ADMIN)(lambda: None)

    assert needed_right(view, "DELETE") == "admin"
    assert needed_right(view, "PUT") == "write"


def test_a_role_that_nobody_knows_allows_nothing():
    assert rights_of(User(role="root")) == frozenset()


def test_a_key_has_the_rights_of_all_its_scopes():
    assert rights_of(ApiKey(scopes=["read", "analyze"])) == {Right.READ, Right.ANALYZE}


def test_nobody_has_no_rights():
    assert held_rights(SimpleNamespace(user=None)) == frozenset()


def test_who_lacks_a_right_is_refused():
    with pytest.raises(PermissionDenied):
        require_right(asks(role="editor"), Right.ADMIN)


@pytest.mark.parametrize(
    ("scopes", "least"),
    [
        (["write", "read"], ["write"]),
        (["analyze", "read"], ["read", "analyze"]),
        (["read", "admin", "write"], ["admin"]),
    ],
)
def test_scopes_that_another_includes_are_left_out(scopes, least):
    assert least_scopes(scopes) == least


@pytest.mark.parametrize("scopes", [[], ["root"], ["read", "root"]])
def test_scopes_that_nobody_knows_are_refused(scopes):
    with pytest.raises(InvalidKey):
        least_scopes(scopes)
