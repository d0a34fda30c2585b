from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient

from dam.models import ApiKey
from search.models import SavedSearch
from search.saved.searches import save_search
from tests.factories import make_api_key, make_user

pytestmark = pytest.mark.django_db

LIST = "/api/v1/searches"


def save(name: str = "Glasses", query: str = "glasses=glasses") -> SavedSearch:
    return save_search(name=name, query=query, user=None).search


def url(search: SavedSearch) -> str:
    return f"{LIST}/{search.uid}"


@pytest.fixture
def reader(db: None) -> APIClient:
    client = APIClient()
    key = make_api_key(ApiKey.Scope.READ)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key.text}")
    return client


def test_a_search_is_saved(api, tagged_face):
    tagged_face(glasses="glasses")

    response = api.post(LIST, {"name": "Glasses", "query": "?glasses=glasses"}, format="json")

    assert response.status_code == 201
    search = SavedSearch.objects.get()
    assert response.json() == {
        "uid": str(search.uid),
        "name": "Glasses",
        "query": "glasses=glasses",
        "conditions": [{"label": "Glasses", "text": "Glasses"}],
        "problems": {},
        "face_count": 1,
        "photo_count": 1,
        "created_by": None,
        "created_at": response.json()["created_at"],
        "updated_at": response.json()["updated_at"],
        "url": f"http://testserver/searches/{search.uid}/",
        "page_url": "http://testserver/faces/?glasses=glasses",
    }


def test_saving_the_same_again_is_no_new_one(api):
    body = {"name": "Glasses", "query": "glasses=glasses"}
    first = api.post(LIST, body, format="json")

    second = api.post(LIST, body, format="json")

    assert second.status_code == 200
    assert second.json() == first.json()


def test_a_person_saves_it_in_their_name():
    client = APIClient()
    client.force_authenticate(make_user("ada"))

    response = client.post(LIST, {"name": "All", "query": ""}, format="json")

    assert response.json()["created_by"] == "ada"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "query"),
        ({"query": ""}, "name"),
        ({"name": "", "query": ""}, "name"),
        ({"name": "x", "query": "hair=red"}, "query.hair"),
        ({"name": "x", "query": 7}, "query.7"),
    ],
)
def test_what_is_wrong_is_refused(api, body, field):
    response = api.post(LIST, body, format="json")

    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]


def test_a_name_that_is_taken_is_refused(api):
    save()

    response = api.post(LIST, {"name": "glasses", "query": ""}, format="json")

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "name_taken"


def test_searches_come_by_name(api):
    save("winter")
    save("Summer")

    names = []
    address = f"{LIST}?page_size=1"
    while address:
        page = api.get(address).json()
        names += [one["name"] for one in page["results"]]
        address = page["next"]

    assert names == ["Summer", "winter"]


def test_a_page_has_fifty_at_most(api):
    assert api.get(LIST, {"page_size": 51}).status_code == 400


def test_one_is_shown(api):
    assert api.get(url(save())).json()["name"] == "Glasses"


def test_one_is_changed(api):
    search = save()

    response = api.patch(url(search), {"query": "glasses=none"}, format="json")

    assert response.json()["query"] == "glasses=none"
    assert response.json()["name"] == "Glasses"


def test_one_is_deleted(api):
    assert api.delete(url(save())).status_code == 204
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_an_unknown_one_is_not_found(api, method):
    response = getattr(api, method)(f"{LIST}/{uuid.UUID(int=1)}")

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "unknown_search"


def test_saving_needs_to_write(reader):
    assert reader.post(LIST, {"name": "All", "query": ""}, format="json").status_code == 403


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_changing_needs_to_write(reader, method):
    assert getattr(reader, method)(url(save())).status_code == 403


def test_the_number_of_queries_does_not_grow(api, count_queries):
    save("one")
    api.get(LIST)
    few = count_queries(lambda: api.get(LIST))

    for number in range(3):
        save(f"another {number}", f"min_quality={number}")

    assert count_queries(lambda: api.get(LIST)) == few
