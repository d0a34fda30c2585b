from __future__ import annotations

import pytest
from django.test import Client

from dam.models import Asset, Collection, User
from search.models import Rule
from tests.factories import make_user
from tests.search.rules.uploads import make_rule, upload

pytestmark = pytest.mark.django_db

RULES = "/settings/rules/"
FORM = {"name": "Groups", "query": "min_faces=2", "action": "warn", "message": "m", "enabled": "1"}


def text_of(response) -> str:
    return response.content.decode()


def test_the_page_lists_rules_with_what_they_would_concern(browser):
    upload(60)
    make_rule("max_quality=84.99", name="Sharp")

    page = text_of(browser.get(RULES))

    assert "Sharp" in page
    assert "Would concern 1 of 1 photo here" in page


def test_only_administrators_see_it():
    client = Client()
    client.force_login(make_user(role=User.Role.EDITOR))

    assert client.get(RULES).status_code == 403


def test_a_ready_rule_fills_the_form(browser):
    page = text_of(browser.get(f"{RULES}new/?example=many-faces&number=7"))

    assert 'value="min_faces=8"' in page
    assert "More than 7 faces" in page


def test_a_rule_is_made_with_a_new_collection(browser):
    form = {**FORM, "action": "route", "collection": "Groups of people"}

    assert browser.post(f"{RULES}new/", form).status_code == 302

    assert Rule.objects.get().collection == Collection.objects.get(name="Groups of people")


def test_an_address_of_a_search_is_taken_as_a_query(browser):
    browser.post(f"{RULES}new/", {**FORM, "query": "https://here/faces/?min_faces=2&show=photos"})

    assert Rule.objects.get().query == "min_faces=2"


def test_a_wrong_form_is_shown_again_and_leaves_nothing(browser):
    form = {**FORM, "action": "route", "collection": "New", "query": "no_such=1"}

    response = browser.post(f"{RULES}new/", form)

    assert response.status_code == 400
    assert "There is no such parameter" in text_of(response)
    assert not Collection.objects.exists()


def test_the_preview_counts_while_one_types(browser):
    upload(90, 90)

    page = text_of(
        browser.get(f"{RULES}preview/?query=min_faces=2", headers={"hx-request": "true"})
    )
    wrong = text_of(browser.get(f"{RULES}preview/?query=min_faces%3Dx"))

    assert "<strong>1</strong> of 1 photo here" in page
    assert "Must be a number" in wrong


def test_a_rule_is_moved_switched_and_deleted(browser):
    make_rule("min_faces=1")
    second = make_rule("min_faces=2")

    browser.post(f"{RULES}{second.uid}/move/", {"direction": "up"})
    browser.post(f"{RULES}{second.uid}/switch/", {"enabled": "0"})
    assert Rule.objects.first() == second
    assert not Rule.objects.first().enabled
    browser.post(f"{RULES}{second.uid}/delete/")

    assert second not in Rule.objects.all()


def test_a_refused_photo_waits_with_its_reason_until_it_is_accepted(browser):
    make_rule("max_faces=0", message="Nobody is in it.")
    asset = upload()

    assert browser.get(f"/photos/{asset.uid}/").url == f"/refused/{asset.uid}/"
    assert "Nobody is in it." in text_of(browser.get("/refused/"))
    assert "Nobody is in it." in text_of(browser.get(f"/refused/{asset.uid}/"))
    browser.post(f"/refused/{asset.uid}/accept/")

    assert Asset.objects.get() == asset
    assert browser.get(f"/refused/{asset.uid}/").url == f"/photos/{asset.uid}/"


def test_viewers_may_not_accept():
    make_rule("max_faces=0")
    client = Client()
    client.force_login(make_user(role=User.Role.VIEWER))

    assert client.post(f"/refused/{upload().uid}/accept/").status_code == 403


def test_pages_tell_what_rules_said(browser):
    make_rule("max_faces=0", message="Nobody is in it.")
    make_rule("max_quality=84.99", "warn", message="Blurred.")
    refused, warned = upload(), upload(60)

    assert "Nobody is in it." in text_of(browser.get(f"/refused/{refused.uid}/"))
    assert "Blurred." in text_of(browser.get(f"/photos/{warned.uid}/"))
