from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests.factories import make_face

pytestmark = pytest.mark.django_db
ADDRESSES = ["/api/v1/export.coco.json", "/api/v1/export.zip"]


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_coco_is_sent_as_a_file(api):
    make_face()

    response = api.get("/api/v1/export.coco.json")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert ".coco.json" in response["Content-Disposition"]
    assert len(json.loads(body(response))["annotations"]) == 1


def test_sidecars_are_sent_as_a_file(api):
    make_face()

    response = api.get("/api/v1/export.zip?show=photos")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="sidecars-')
    assert zipfile.ZipFile(io.BytesIO(body(response))).namelist() == ["photo.png.xmp"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_wrong_query_is_an_error(api, address):
    response = api.get(f"{address}?colour=red&gender=x")

    assert response.status_code == 400
    assert set(response.json()["error"]["fields"]) == {"colour", "gender"}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_credential_is_needed(client, address):
    assert client.get(address).status_code == 401
