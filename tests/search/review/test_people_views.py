from __future__ import annotations

import re

import pytest
from django.test import Client

from analysis.models import Face, FaceTag
from analysis.nets import full_manifest
from analysis.tagging import correct_tag
from dam.models import User
from tests.factories import make_face, make_user

pytestmark = pytest.mark.django_db

PEOPLE = "/review/people/"


def new_session() -> Client:
    client = Client()
    client.force_login(make_user(role=User.Role.EDITOR))
    return client


@pytest.fixture
def client() -> Client:
    return new_session()


@pytest.fixture
def twin() -> Face:
    """A face without a name that looks like Ada's, beside one that does not."""
    net = full_manifest().embedding_net
    ada = make_face(seed=1, embedding_net=net)
    correct_tag(ada, facet="person", value="Ada", user=None)
    make_face(seed=2, embedding_net=net)
    return make_face(seed=1, embedding_net=net)


def asked(html: str) -> str | None:
    """Return the uid of the face that a page asks about."""
    found = re.search(r'name="face" value="([^"]+)"', html)
    return found[1] if found else None


def answer(client: Client, face: Face, said: str) -> str:
    sent = {"face": str(face.uid), "name": "Ada", "answer": said}
    html: str = client.post(PEOPLE, sent, follow=True).content.decode()
    return html


def test_a_face_that_looks_like_somebody_is_asked_about(client, twin):
    html = client.get(PEOPLE).content.decode()

    assert asked(html) == str(twin.uid)
    assert "Is this Ada?" in html
    assert "<strong>0</strong> of 1 person looked through" in html


def test_a_yes_names_the_face_and_ends_the_question(client, twin):
    html = answer(client, twin, "yes")

    assert FaceTag.objects.get(face=twin, facet="person").value == "Ada"
    assert "Nobody else looks alike" in html
    assert "<strong>1</strong> of 1 person looked through" in html


def test_nobody_is_asked_again_after_a_no(client, twin):
    html = answer(client, twin, "no")

    assert asked(html) is None
    assert asked(new_session().get(PEOPLE).content.decode()) is None
    assert not FaceTag.objects.filter(face=twin, facet="person").exists()


def test_others_are_asked_about_what_somebody_skipped(client, twin):
    html = answer(client, twin, "skip")

    assert asked(html) is None
    assert asked(new_session().get(PEOPLE).content.decode()) == str(twin.uid)


@pytest.mark.parametrize("said", ["yes", "no", "skip"])
def test_an_answer_is_taken_back_and_asked_again(client, twin, said):
    answer(client, twin, said)

    html = answer(client, twin, "undo")

    assert asked(html) == str(twin.uid)
    assert not FaceTag.objects.filter(face=twin, facet="person").exists()


def test_what_is_no_answer_is_refused(client, twin):
    assert client.post(PEOPLE, {"answer": "perhaps"}).status_code == 400
    assert client.post(PEOPLE, {"answer": "yes", "face": "x"}).status_code == 400
    nameless = {"answer": "no", "face": str(twin.uid), "name": " "}
    assert client.post(PEOPLE, nameless).status_code == 400


def test_viewers_may_not_review_people():
    viewer = Client()
    viewer.force_login(make_user(role=User.Role.VIEWER))

    assert viewer.get(PEOPLE).status_code == 403


def test_the_number_of_queries_does_not_grow_with_faces(
    client, twin, django_assert_max_num_queries
):
    for _ in range(3):
        make_face(seed=1, embedding_net=twin.embedding_net)
    client.get(PEOPLE)

    with django_assert_max_num_queries(14):
        client.get(PEOPLE)
