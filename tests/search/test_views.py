from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_face

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(browser: Client) -> Client:
    return browser


def url(uid: uuid.UUID) -> str:
    return reverse("similar-faces", args=[uid])


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_nearest_faces_are_shown_without_the_face_itself(client):
    face, twin = make_face(seed=1), make_face(seed=1)

    html = client.get(url(face.uid)).content.decode()

    assert f"#face-{twin.uid}" in html
    assert "1.00" in html
    assert html.count(f"#face-{face.uid}") == 1  # the way back


def test_htmx_gets_the_row_alone(client):
    make_face(seed=1)

    html = client.get(url(make_face(seed=1).uid), headers={"HX-Request": "true"}).content.decode()

    assert html.count("<img") == 1
    assert "<html" not in html


def test_the_row_leaves_strangers_out_and_the_page_does_not(client):
    stranger, face = make_face(seed=2), make_face(seed=1)

    row = client.get(url(face.uid), headers={"HX-Request": "true"}).content.decode()
    page = client.get(url(face.uid)).content.decode()

    assert f"#face-{stranger.uid}" not in row
    assert f"#face-{stranger.uid}" in page


def test_only_a_face_that_is_probably_the_same_persons_is_called_likely(client):
    face = make_face(seed=1)
    make_face(seed=2)
    assert ">likely<" not in client.get(url(face.uid)).content.decode()

    make_face(seed=1)

    assert client.get(url(face.uid)).content.decode().count(">likely<") == 1


def test_the_only_face_has_none_like_it(client):
    assert b"No other face is much like it yet." in client.get(url(make_face().uid)).content


def test_an_unknown_face_is_not_found(client):
    assert client.get(url(uuid.UUID(int=1))).status_code == 404


def test_it_needs_a_login():
    assert Client().get(url(uuid.UUID(int=1)))["Location"].startswith(reverse("login"))


def test_the_number_of_queries_does_not_grow(client):
    face = make_face(seed=1)
    make_face(seed=2)
    few = queries_of(client, url(face.uid))

    for seed in range(3, 6):
        make_face(seed=seed)

    assert queries_of(client, url(face.uid)) == few == 5
