from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from dam.collections import add_assets
from dam.models import ApiKey, Asset, Collection, CollectionAsset
from tests.factories import (
    make_api_key,
    make_asset,
    make_bare_assets,
    make_collection,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = "/api/v1/collections"
NOBODY = uuid.UUID(int=1)
ODD_NAMES = [
    "<script>alert(1)</script>",
    "a/b?c&d=#%",
    "\U0001f468\u200d\U0001f469 \u5bb6\u65cf",
    '"\\',
    "%s {x}",
]


def url(collection: Collection, *, ending: str = "") -> str:
    return f"{LIST}/{collection.uid}{ending}"


def pages(api: APIClient, address: str | None) -> Iterator[dict]:
    while address:
        page = api.get(address).json()
        yield from page["results"]
        address = page["next"]


def queries_of(api: APIClient, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(address).status_code == 200
    return len(queries)


def uids_of(ids: list[int]) -> list[str]:
    uids = dict(Asset.objects.filter(pk__in=ids).values_list("pk", "uid"))
    return [str(uids[asset_id]) for asset_id in ids]


@pytest.fixture
def reader(db: None) -> APIClient:
    client = APIClient()
    key = make_api_key(ApiKey.Scope.READ)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key.text}")
    return client


class TestList:
    def test_collections_come_by_name_with_the_number_of_their_photos(self, api):
        make_collection("winter")
        make_collection("Summer", assets=make_bare_assets(3))

        results = api.get(LIST).json()["results"]

        shown = [(one["name"], one["photo_count"]) for one in results]
        assert shown == [("Summer", 3), ("winter", 0)]

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_pages_go_on_after_any_name(self, api, name):
        make_collection(name)
        make_collection("aaa")
        make_collection("zzz")

        found = [one["name"] for one in pages(api, f"{LIST}?page_size=1")]

        assert sorted(found) == sorted(["aaa", name, "zzz"])

    def test_there_may_be_none(self, api):
        assert api.get(LIST).json() == {"next": None, "previous": None, "results": []}

    @pytest.mark.parametrize("cursor", ["x", "cD1hJTAw", "cD0lMDA="])
    def test_what_is_no_place_in_the_list_is_not_found(self, api, cursor):
        make_collection()

        response = api.get(LIST, {"cursor": cursor})

        assert response.status_code == 404

    def test_the_number_of_queries_does_not_grow(self, api):
        make_collection(assets=make_bare_assets(1))
        few = queries_of(api, LIST)

        for _ in range(3):
            make_collection(assets=make_bare_assets(2))

        assert queries_of(api, LIST) == few == 2  # key, collections


class TestMaking:
    def test_a_collection_is_made(self, api):
        response = api.post(LIST, {"name": "Summer", "description": "On the lake"}, format="json")

        assert response.status_code == 201
        assert response.json() == {
            "uid": str(Collection.objects.get().uid),
            "name": "Summer",
            "description": "On the lake",
            "photo_count": 0,
            "created_by": None,
            "created_at": response.json()["created_at"],
            "updated_at": response.json()["updated_at"],
            "assets_url": f"http://testserver{url(Collection.objects.get(), ending='/assets')}",
        }

    def test_a_person_makes_it_in_their_name(self):
        client = APIClient()
        client.force_login(make_user("ada"))

        response = client.post(LIST, {"name": "Summer"}, format="json")

        assert response.json()["created_by"] == "ada"

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_a_name_may_have_any_letters(self, api, name):
        api.post(LIST, {"name": name}, format="json")

        assert Collection.objects.get().name == name

    @pytest.mark.parametrize(
        "body", [{}, {"name": ""}, {"name": "x" * 101}, {"name": "a\0"}, {"name": "\u200b"}]
    )
    def test_what_is_no_name_is_refused(self, api, body):
        response = api.post(LIST, body, format="json")

        assert response.status_code == 400
        assert list(response.json()["error"]["fields"]) == ["name"]

    def test_a_name_that_is_taken_is_refused(self, api):
        make_collection("Summer")

        response = api.post(LIST, {"name": "SUMMER"}, format="json")

        assert response.status_code == 409
        assert response.json()["error"]["code"] == "name_taken"

    def test_it_needs_to_write(self, reader):
        assert reader.post(LIST, {"name": "Summer"}, format="json").status_code == 403


class TestOne:
    def test_it_is_shown(self, api):
        collection = make_collection("Summer", assets=make_bare_assets(2))

        assert api.get(url(collection)).json()["photo_count"] == 2

    def test_only_what_is_given_is_changed(self, api):
        collection = make_collection("Summer", description="On the lake")

        response = api.patch(url(collection), {"name": "Winter"}, format="json")

        assert response.json()["name"] == "Winter"
        assert response.json()["description"] == "On the lake"

    def test_a_name_that_is_taken_is_refused(self, api):
        make_collection("Summer")

        response = api.patch(url(make_collection("Winter")), {"name": "summer"}, format="json")

        assert response.status_code == 409

    def test_deleting_it_keeps_its_photos(self, api):
        collection = make_collection(assets=make_bare_assets(2))

        assert api.delete(url(collection)).status_code == 204

        assert not Collection.objects.exists()
        assert Asset.objects.count() == 2

    @pytest.mark.parametrize("method", ["get", "patch", "delete"])
    def test_an_unknown_one_is_not_found(self, api, method):
        response = getattr(api, method)(f"{LIST}/{NOBODY}")

        assert response.status_code == 404
        assert response.json()["error"]["code"] == "unknown_collection"

    @pytest.mark.parametrize("method", ["patch", "delete"])
    def test_changing_it_needs_to_write(self, reader, method):
        assert getattr(reader, method)(url(make_collection())).status_code == 403

    def test_the_number_of_queries_does_not_grow(self, api):
        few = queries_of(api, url(make_collection(assets=make_bare_assets(1))))

        assert queries_of(api, url(make_collection(assets=make_bare_assets(9)))) == few == 2


class TestAssets:
    def test_the_last_added_comes_first(self, api):
        first, second, third = make_bare_assets(3)
        collection = make_collection(assets=[third])
        add_assets(collection, [first], user=None)
        add_assets(collection, [second], user=None)

        found = [one["uid"] for one in pages(api, url(collection, ending="/assets?page_size=2"))]

        assert found == uids_of([second, first, third])

    def test_they_are_shown_as_elsewhere(self, api):
        asset = make_asset()
        collection = make_collection("Summer", assets=[asset.pk])

        shown = api.get(url(collection, ending="/assets")).json()["results"]

        assert shown == api.get("/api/v1/assets").json()["results"]
        assert shown[0]["collections"] == [{"uid": str(collection.uid), "name": "Summer"}]

    def test_photos_are_put_in(self, api):
        ids = make_bare_assets(3)
        collection = make_collection(assets=ids[:1])

        response = api.post(
            url(collection, ending="/assets"), {"assets": uids_of(ids)}, format="json"
        )

        assert response.status_code == 200
        assert response.json() == {"added": 2, "photo_count": 3}

    def test_photos_are_taken_out(self, api):
        ids = make_bare_assets(3)
        collection = make_collection(assets=ids[:2])

        response = api.post(
            url(collection, ending="/assets/remove"), {"assets": uids_of(ids[1:])}, format="json"
        )

        assert response.status_code == 200
        assert response.json() == {"removed": 1, "photo_count": 1}

    @pytest.mark.parametrize("ending", ["/assets", "/assets/remove"])
    def test_doing_it_twice_changes_nothing_more(self, api, ending):
        ids = make_bare_assets(2)
        collection = make_collection(assets=ids[:1])
        body = {"assets": uids_of(ids)}

        first = api.post(url(collection, ending=ending), body, format="json").json()
        second = api.post(url(collection, ending=ending), body, format="json").json()

        assert second == {**first, next(iter(first)): 0}

    @pytest.mark.parametrize("ending", ["/assets", "/assets/remove"])
    def test_unknown_photos_are_all_named_and_nothing_is_done(self, api, ending):
        ids = make_bare_assets(2)
        collection = make_collection(assets=ids[:1])
        unknown = [str(uuid.UUID(int=1)), str(uuid.UUID(int=2))]

        response = api.post(
            url(collection, ending=ending), {"assets": [*uids_of(ids), *unknown]}, format="json"
        )

        assert response.status_code == 400
        assert response.json()["error"]["code"] == "unknown_assets"
        assert response.json()["error"]["fields"] == {
            "assets": [f"There is no photo {uid}." for uid in unknown]
        }
        assert CollectionAsset.objects.count() == 1

    @pytest.mark.parametrize("ending", ["/assets", "/assets/remove"])
    @pytest.mark.parametrize("body", [{}, {"assets": []}, {"assets": "x"}, {"assets": ["x"]}])
    def test_what_are_no_uids_is_refused(self, api, ending, body):
        response = api.post(url(make_collection(), ending=ending), body, format="json")

        assert response.status_code == 400
        assert response.json()["error"]["code"] == "invalid"

    def test_more_than_may_be_at_once_are_refused(self, api):
        body = {"assets": [str(NOBODY)] * 10_001}

        response = api.post(url(make_collection(), ending="/assets"), body, format="json")

        assert list(response.json()["error"]["fields"]) == ["assets"]

    @pytest.mark.parametrize("ending", ["/assets", "/assets/remove"])
    def test_an_unknown_collection_is_not_found(self, api, ending):
        body = {"assets": uids_of(make_bare_assets(1))}

        response = api.post(f"{LIST}/{NOBODY}{ending}", body, format="json")

        assert response.status_code == 404

    @pytest.mark.parametrize("ending", ["/assets", "/assets/remove"])
    def test_changing_them_needs_to_write(self, reader, ending):
        response = reader.post(url(make_collection(), ending=ending), {}, format="json")

        assert response.status_code == 403

    def test_ten_thousand_at_once_take_as_many_queries_as_one(self, api):
        ids = make_bare_assets(10_000)
        one, many = make_collection(), make_collection()

        with CaptureQueriesContext(connection) as few:
            api.post(url(one, ending="/assets"), {"assets": uids_of(ids[:1])}, format="json")
        uids = uids_of(ids)
        with CaptureQueriesContext(connection) as queries:
            response = api.post(url(many, ending="/assets"), {"assets": uids}, format="json")

        assert response.json() == {"added": 10_000, "photo_count": 10_000}
        assert len(queries) == len(few) - 1  # the test's own

    def test_the_number_of_queries_does_not_grow(self, api):
        few = queries_of(api, url(make_collection(assets=[make_asset().pk]), ending="/assets"))
        assets = [make_asset().pk for _ in range(3)]
        make_collection(assets=assets)

        many = queries_of(api, url(make_collection(assets=assets), ending="/assets"))

        # The key, the collection, its members, the assets, their runs and collections.
        assert many == few == 7


def test_an_asset_tells_its_collections_by_name(api):
    asset = make_asset()
    make_collection("winter", assets=[asset.pk])
    make_collection("Summer", assets=[asset.pk])
    make_collection("Other")

    shown = api.get(reverse("api:asset", args=[asset.uid])).json()["collections"]

    assert [one["name"] for one in shown] == ["Summer", "winter"]
