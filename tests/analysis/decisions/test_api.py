from __future__ import annotations

import uuid

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from analysis.models import Face
from dam.models import ApiKey, Asset
from tests.factories import make_api_key, make_asset, make_face

pytestmark = pytest.mark.django_db

BOX = {"left": 60, "top": 30, "width": 20, "height": 30}


@pytest.fixture
def asset(fake_pipeline) -> Asset:
    return make_asset()


def draw(client: APIClient, asset: Asset, **box: object):
    url = reverse("api:asset-faces", args=[asset.uid])
    return client.post(url, BOX | box, format="json")


def error_of(response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_face_is_drawn(client, asset):
    response = draw(client, asset)

    assert response.status_code == 201
    body = response.json()
    assert (body["origin"], body["box"]) == ("drawn", {key: float(BOX[key]) for key in BOX})
    assert client.get(reverse("api:face", args=[body["uid"]])).status_code == 200


def test_a_bad_box_is_told(client, asset):
    assert error_of(draw(client, asset, width="wide")) == (400, "invalid")
    assert error_of(draw(client, asset, left=5000)) == (400, "invalid_box")


def test_a_face_is_called_none_and_restored(client):
    face = make_face()
    url = reverse("api:face", args=[face.uid])

    rejected, gone = client.delete(url), client.get(url)
    restored = client.post(reverse("api:face-restore", args=[face.uid]))

    assert (rejected.status_code, gone.status_code) == (204, 404)
    assert restored.json()["uid"] == str(face.uid)
    assert error_of(client.post(reverse("api:face-restore", args=[face.uid]))) == (
        409,
        "not_rejected",
    )


def test_a_change_is_listed_and_undone(client):
    face = make_face()
    client.delete(reverse("api:face", args=[face.uid]))
    (change,) = client.get(reverse("api:asset-history", args=[face.asset.uid])).json()["results"]
    undo = reverse("api:asset-history-undo", args=[face.asset.uid, change["kind"], change["id"]])

    first, again = client.post(undo), client.post(undo)

    assert (change["before"], change["after"]) == ("a face", "not a face")
    assert first.status_code == 204
    assert error_of(again) == (409, "not_undoable")
    assert Face.objects.present().exists()


def test_what_is_not_there_is_not_found(client):
    nothing = uuid.uuid4()
    urls = [reverse("api:asset-faces", args=[nothing]), reverse("api:face-restore", args=[nothing])]

    assert [client.post(url, BOX, format="json").status_code for url in urls] == [404, 404]


def test_a_key_that_reads_changes_nothing(asset):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_api_key(ApiKey.Scope.READ).text}")

    assert draw(client, asset).status_code == 403
    assert client.delete(reverse("api:face", args=[make_face().uid])).status_code == 403
