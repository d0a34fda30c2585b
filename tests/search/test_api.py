from __future__ import annotations

import uuid

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from tests.factories import make_api_key, make_face

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_api_key().text}")
    client.get("/api/v1/runs")  # notes when the key was last used
    return client


def url(uid: uuid.UUID) -> str:
    return reverse("api:face-similar", kwargs={"uid": uid})


def test_similar_faces_come_with_their_similarity(client):
    face, twin, other = make_face(seed=1), make_face(seed=1), make_face(seed=2)

    first, second = client.get(url(face.uid)).json()

    assert first["face"]["uid"] == str(twin.uid)
    assert (first["similarity"], first["distance"]) == pytest.approx((1.0, 0.0), abs=2e-3)
    assert second["face"]["uid"] == str(other.uid)
    assert second["similarity"] < 0.5
    assert "landmarks" not in second["face"]


def test_the_limit_holds(client):
    face = make_face()
    make_face()
    make_face()

    assert len(client.get(url(face.uid), {"limit": 1}).json()) == 1


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_odd_limits_are_refused(client, limit):
    response = client.get(url(make_face().uid), {"limit": limit})

    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == ["limit"]


def test_a_face_that_does_not_exist_is_not_found(client):
    assert client.get(url(uuid.UUID(int=1))).status_code == 404


def test_a_credential_is_needed():
    assert APIClient().get(url(make_face().uid)).status_code == 401


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    face = make_face()
    for seed in range(3):
        make_face(seed=seed)

    with django_assert_num_queries(3):  # key, face, similar faces with assets
        client.get(url(face.uid))
