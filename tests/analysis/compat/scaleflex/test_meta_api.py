"""Scaleflex' asset API: what is said of a file afterwards."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from dam.models import ApiKey, Asset
from tests.factories import make_api_key, make_asset
from tests.fakes import FakePipeline

pytestmark = pytest.mark.django_db
TOLD = {"title": "The sea", "description": "A day", "keywords": ["boat"], "people": ["Zoe"]}


@pytest.fixture
def asset(fake_pipeline: FakePipeline, sent_run_ids: list[int]) -> Asset:
    asset = make_asset()
    Asset.objects.filter(pk=asset.pk).update(metadata=TOLD)
    return asset


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.credentials(HTTP_X_FILEROBOT_KEY=make_api_key().text)
    return client


@pytest.mark.parametrize("place", ["v4/file", "v4/files", "v5/files"])
def test_put_replaces_what_it_does_not_name(client: APIClient, asset: Asset, place: str) -> None:
    answer = client.put(
        f"/fdocs/{place}/{asset.uid}/meta", {"meta": {"title": "A boat", "tags": ["ship"]}}
    )

    asset.refresh_from_db()
    assert answer.status_code == 200
    assert answer.data["meta"]["tags"] == ["ship"]
    assert {name: asset.metadata.get(name) for name in TOLD} == {
        "title": "A boat",
        "description": None,
        "keywords": ["ship"],
        "people": ["Zoe"],
    }
    assert "ship" in asset.search_text


def test_patch_leaves_the_rest(client: APIClient, asset: Asset) -> None:
    client.patch(f"/fdocs/v4/files/{asset.uid}/meta", {"meta": {"tags": ["ship"]}})

    asset.refresh_from_db()
    assert asset.metadata == {**TOLD, "keywords": ["ship"], "orientation": 1}


def test_what_a_file_says_goes_back_as_it_is(client: APIClient, asset: Asset) -> None:
    url = f"/fdocs/v4/files/{asset.uid}"
    meta = client.get(url).data["file"]["meta"]

    client.put(f"{url}/meta", {"meta": {**meta, "tags": [*meta["tags"], "ship"]}})

    assert client.get(url).data["file"]["meta"]["tags"] == ["boat", "ship"]
    assert client.get(url).data["file"]["meta"]["title"] == "The sea"


@pytest.mark.parametrize("body", [{}, {"meta": "title"}])
def test_meta_must_be_an_object(client: APIClient, asset: Asset, body: dict) -> None:
    answer = client.put(f"/fdocs/v4/files/{asset.uid}/meta", body)

    assert (answer.status_code, answer.data["code"]) == (400, "INVALID_PARAMETER")


def test_a_key_that_only_reads_changes_nothing(asset: Asset) -> None:
    client = APIClient()
    client.credentials(HTTP_X_FILEROBOT_KEY=make_api_key(ApiKey.Scope.READ).text)

    answer = client.put(f"/fdocs/v4/files/{asset.uid}/meta", {"meta": {}})

    assert (answer.status_code, answer.data["code"]) == (403, "KEY_PERMISSION_MISSING")
