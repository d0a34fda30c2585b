from __future__ import annotations

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from search.bulk import selections
from search.models import BulkJob, BulkPiece
from tests.factories import make_asset

pytestmark = pytest.mark.django_db

URL = "/bulk/choose/"
SET = {"action": "correct_tag", "query": "gender=male"}


def choose(browser: Client, *uids: object, **fields: str) -> str:
    """Select something; return the address that it leads to."""
    given = SET | {"uid": " ".join(map(str, uids))} | fields
    response = browser.post(URL, given)
    assert response.status_code == 302
    address: str = response["Location"]
    return address


def test_a_selection_becomes_a_job_of_just_that(browser, tagged_face):
    chosen, _other = tagged_face(gender="male"), tagged_face(gender="male")
    address = choose(browser, chosen.uid)
    asked = browser.get(f"{address}&tag=glasses:none")
    fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    browser.post(
        "/bulk/new/",
        fields | {"facet": "glasses", "value": "none", "expected": asked.context["total"]},
    )

    assert asked.context["total"] == 1
    assert BulkPiece.objects.get().ids == [chosen.pk]
    assert BulkJob.objects.get().chosen == "hand"


def test_what_the_page_knows_already_is_not_asked_again(browser, tagged_face):
    address = choose(browser, tagged_face().uid, query="", facet="person", value="Ada", name="x")

    assert browser.get(address).context["title"] == "Set Person to Ada"


def test_photos_that_are_selected_are_changed_by_their_faces(browser, tagged_face):
    face = tagged_face(gender="male")

    address = choose(browser, face.asset.uid, query="show=photos")

    assert browser.get(f"{address}&tag=glasses:none").context["total"] == 1


def test_what_is_gone_since_is_left_out(browser):
    asset = make_asset()
    address = choose(browser, asset.uid, uuid.UUID(int=1), query="show=photos", action="analyze")

    assert browser.get(address).context["total"] == 1


def test_everything_is_what_the_query_finds(browser, tagged_face):
    chosen, _other = tagged_face(gender="male"), tagged_face(gender="male")

    address = choose(browser, chosen.uid, everything="2")

    assert browser.get(f"{address}&tag=glasses:none").context["total"] == 2


def test_without_a_selection_it_goes_back_and_says_so(browser):
    address = choose(browser)

    assert address == "/faces/?gender=male"
    assert "Select something first" in browser.get(address).content.decode()


def test_a_selection_that_is_forgotten_says_what_to_do(browser, monkeypatch):
    monkeypatch.setattr(selections, "MOST_KEPT", 2)
    addresses = [choose(browser, make_asset().uid) for _ in range(3)]

    answers = [browser.get(f"{address}&tag=glasses:none") for address in addresses]

    assert [answer.status_code for answer in answers] == [410, 200, 200]
    assert "Select it again" in answers[0].content.decode()


@pytest.mark.parametrize("wrong", [{"action": "paint"}, {"query": "colour=red"}, {"uid": "x"}])
def test_odd_values_are_refused(browser, wrong):
    assert browser.post(URL, SET | {"uid": str(uuid.UUID(int=1))} | wrong).status_code == 400


def test_it_needs_a_login():
    assert Client().post(URL, SET)["Location"].startswith("/login/")
