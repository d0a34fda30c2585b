from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from dam.models import User
from tests.factories import make_asset, make_user

pytestmark = pytest.mark.django_db

PEOPLE = "/people/"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(role=User.Role.EDITOR))
    return client


def names(html: str) -> list[str]:
    return re.findall(r'person__name">([^<]*)<', html)


def test_those_in_most_photos_come_first_with_their_best_face(client, tagged_face):
    tagged_face(person="Ada", quality_score=90.0)
    best = tagged_face(person="Bob", quality_score=80.0)
    tagged_face(person="Bob", quality_score=10.0)

    html = client.get(PEOPLE).content.decode()

    assert names(html) == ["Bob", "Ada"]
    assert "2 photos" in html
    assert reverse("api:face-crop", args=[best.uid]) in html
    assert 'href="/?person=Bob"' in html


def test_two_faces_in_a_photo_are_one_photo(client, tagged_face):
    asset = make_asset()
    for position in range(2):
        tagged_face(person="Ada", asset=asset, position=position)

    assert "1 photo<" in client.get(PEOPLE).content.decode()


def test_a_name_is_found_by_a_part_whatever_its_case(client, tagged_face):
    tagged_face(person="Ada Lovelace")
    tagged_face(person="Bob")

    assert names(client.get(PEOPLE, {"text": "love"}).content.decode()) == ["Ada Lovelace"]


def test_more_than_a_page_holds_are_on_the_next(client, tagged_face, monkeypatch):
    monkeypatch.setattr("search.people.views.PAGE_SIZE", 1)
    tagged_face(person="Ada")
    tagged_face(person="Bob")

    assert 'href="/people/?page=2"' in client.get(PEOPLE).content.decode()
    assert names(client.get(PEOPLE, {"page": 2}).content.decode()) == ["Bob"]


@pytest.mark.parametrize("page", ["0", "no", "99", "-1", "9" * 40])
def test_a_page_that_is_none_is_no_error(client, tagged_face, page):
    tagged_face(person="Ada")

    assert client.get(PEOPLE, {"page": page}).status_code == 200


def test_nobody_has_a_name_yet(client):
    assert "Nobody has a name yet" in client.get(PEOPLE).content.decode()


def test_a_person_is_renamed_by_a_form_for_the_name_alone(client, tagged_face):
    tagged_face(person="Ada")
    address = re.search(r'href="(/bulk/new/[^"]*)"', client.get(PEOPLE).content.decode())
    assert address

    html = client.get(address[1].replace("&amp;", "&")).content.decode()

    assert "<h1>Rename Ada</h1>" in html
    assert 'name="facet" value="person"' in html
    assert 'name="tag"' not in html


def test_a_viewer_sees_people_and_cannot_rename(tagged_face):
    tagged_face(person="Ada")
    viewer = Client()
    viewer.force_login(make_user(role=User.Role.VIEWER))

    html = viewer.get(PEOPLE).content.decode()

    assert names(html) == ["Ada"]
    assert "Rename" not in html


def test_a_visitor_is_asked_to_sign_in(db):
    assert Client().get(PEOPLE).url.startswith("/login/")


def test_queries_do_not_grow_with_people(client, tagged_face, count_queries):
    tagged_face(person="Ada")
    client.get(PEOPLE)
    one = count_queries(lambda: client.get(PEOPLE))

    for name in ("Bob", "Cleo", "Dan"):
        tagged_face(person=name)

    client.get(PEOPLE)
    assert count_queries(lambda: client.get(PEOPLE)) == one
