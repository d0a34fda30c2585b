"""The list of photos in REST by what is asked of their faces."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.factories import make_asset, make_face

pytestmark = pytest.mark.django_db

URL = "/api/v1/assets"


def shown(api: APIClient, query: str = "") -> list[str]:
    response = api.get(f"{URL}?{query}")
    assert response.status_code == 200, response.json()
    return [asset["uid"] for asset in response.json()["results"]]


def uids(*assets) -> list[str]:
    return [str(asset.uid) for asset in assets]


def test_photos_are_listed_by_their_faces(api, tagged_face):
    man = tagged_face(gender="male")
    tagged_face(asset=man.asset, position=1, gender="male")
    tagged_face(gender="female")

    assert shown(api, "gender=male") == uids(man.asset)


def test_they_show_the_state_of_their_analysis(api, tagged_face):
    tagged_face(gender="male")

    (asset,) = api.get(URL, {"gender": "male"}).json()["results"]

    assert asset["analysis"]["status"] == "succeeded"


def test_what_is_asked_may_be_anywhere_in_the_photo(api, tagged_face):
    man = tagged_face(gender="male", glasses="none")
    tagged_face(asset=man.asset, position=1, gender="female", glasses="glasses")

    assert shown(api, "gender=male&glasses=glasses") == []
    assert shown(api, "gender=male&glasses=glasses&scope=photo") == uids(man.asset)


def test_photos_without_faces_are_listed_too(api):
    empty = make_asset(name="beach.png")
    face = make_face()

    assert shown(api) == shown(api, "order=newest&show=photos") == uids(face.asset, empty)
    assert shown(api, "order=oldest") == uids(empty, face.asset)
    assert shown(api, "max_faces=0") == shown(api, "text=beach") == uids(empty)


@pytest.mark.parametrize("query", ["", "order=oldest&", "min_faces=0&"])
def test_pages_follow_each_other(api, query):
    assets = [make_asset(), make_face().asset, make_asset()]
    pages, address = [], f"{URL}?{query}page_size=2"
    while address:
        page = api.get(address).json()
        pages.append([asset["uid"] for asset in page["results"]])
        address = page["next"]

    expected = uids(*assets) if "oldest" in query else uids(*reversed(assets))
    assert pages == [expected[:2], expected[2:]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gender", "robot"),
        ("colour", "red"),
        ("show", "faces"),
        ("page_size", "0"),
        ("cursor", "x"),
    ],
)
def test_odd_values_are_refused(api, name, value):
    response = api.get(URL, {name: value, "min_age": "1"})

    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [name]


def test_a_credential_is_needed():
    assert APIClient().get(f"{URL}?gender=male").status_code == 401


@pytest.mark.parametrize("query", ["gender=male", "max_faces=9&scope=photo"])
def test_the_number_of_queries_does_not_grow(api, tagged_face, count_queries, query):
    tagged_face(gender="male")
    few = count_queries(lambda: shown(api, query))

    for _ in range(3):
        tagged_face(gender="male")

    assert count_queries(lambda: shown(api, query)) == few
