from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from dam.administration.sections import SECTIONS, navigation
from dam.models import User
from dam.roles import ALL, SCOPE_RIGHTS, Right
from tests.factories import make_user


def test_sections_without_a_page_are_hidden():
    def has_page(name: str) -> bool:
        try:
            return bool(reverse(name))
        except NoReverseMatch:
            return False

    shown = [entry.label for entry in navigation(ALL, path="/settings/")]

    assert shown == [section.label for section in SECTIONS if has_page(section.name)]


def test_viewers_see_their_account_alone():
    shown = navigation(SCOPE_RIGHTS[Right.READ], path="/settings/account/")

    assert [(entry.label, entry.is_current) for entry in shown] == [
        ("Overview", False),
        ("Your account", True),
    ]


def test_pages_below_a_section_belong_to_it():
    (current,) = [
        entry for entry in navigation(ALL, path="/settings/keys/new/") if entry.is_current
    ]

    assert current.label == "API keys"


@pytest.mark.django_db
@pytest.mark.parametrize("role", User.Role.values)
def test_everybody_finds_the_settings(client, role):
    client.force_login(make_user(role=role))

    response = client.get("/settings/")

    assert response.status_code == 200
    assert b'href="/settings/account/"' in response.content


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "sees"), [("viewer", False), ("administrator", True)])
def test_the_overview_leads_to_all_that_somebody_may_set(client, role, sees):
    client.force_login(make_user(role=role))

    html = client.get("/settings/").content.decode()

    assert 'href="/collections/"' in html
    assert 'href="/searches/"' in html
    assert ('href="/settings/webhooks/"' in html) == sees
