"""The list of faces in REST, and how it is filtered, sorted and cut into pages."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.models import Face
from analysis.pipeline.types import Box
from tests.factories import make_face, make_run

pytestmark = pytest.mark.django_db

URL = "/api/v1/faces"


def shown(api: APIClient, query: str = "") -> list[str]:
    """Return the uids of the faces on the first page."""
    response = api.get(f"{URL}?{query}")
    assert response.status_code == 200, response.json()
    return [face["uid"] for face in response.json()["results"]]


def walk(api: APIClient, address: str, *, link: str = "next") -> list[list[str]]:
    """Return the uids of each page, as the links lead."""
    pages = []
    while address:
        page = api.get(address).json()
        pages.append([face["uid"] for face in page["results"]])
        address = page[link]
    return pages


def uids(*faces: Face) -> list[str]:
    return [str(face.uid) for face in faces]


def test_a_face_shows_what_the_nets_said(api):
    face = make_face(box=Box(10.123, 20, 30, 40))

    (face_json,) = api.get(URL).json()["results"]

    assert face_json["uid"] == str(face.uid)
    assert face_json["asset"] == str(face.asset.uid)
    assert face_json["box"] == {"left": 10.12, "top": 20.0, "width": 30.0, "height": 40.0}
    assert face_json["pose"] == {"yaw": 1.0, "pitch": 2.0, "roll": 3.0}
    assert face_json["pupils"]["left"].keys() == {"x", "y", "radius"}
    assert face_json["quality"]["score"] == 90.0
    assert face_json["quality"].keys() == {
        "score", "noise", "blur", "fnf", "glass", "mask", "illumination", "pose",
    }  # fmt: skip
    assert face_json["readings"]["age"] == round(face.readings["age"], 2)
    assert sum(face_json["readings"]["gender"].values()) == pytest.approx(1, abs=1e-3)
    assert face_json["crop_url"].endswith(reverse("api:face-crop", kwargs={"uid": face.uid}))
    assert face_json["asset_url"].endswith(reverse("api:asset", kwargs={"uid": face.asset.uid}))


def test_bulky_fields_are_left_out(api):
    make_face()

    (face_json,) = api.get(URL).json()["results"]

    assert not {"landmarks", "embedding"} & face_json.keys()


def test_landmarks_are_pairs_and_come_on_request(api):
    face = make_face()

    (face_json,) = api.get(URL, {"landmarks": "true"}).json()["results"]

    pairs = list(zip(face.landmarks[::2], face.landmarks[1::2], strict=True))
    assert face_json["landmarks"] == [[round(x, 2), round(y, 2)] for x, y in pairs]


def test_the_newest_asset_and_its_largest_face_come_first(api):
    old = make_face()
    new_small = make_face(make_run(status="succeeded").asset, position=1)
    new_large = make_face(new_small.asset, position=0)

    assert shown(api) == uids(new_large, new_small, old)


def test_values_of_a_facet_are_or_and_facets_are_and(api, tagged_face):
    male = tagged_face(gender="male", glasses="none")
    female = tagged_face(gender="female", glasses="none")
    tagged_face(gender="male", glasses="glasses")

    assert shown(api, "gender=male,female&glasses=none") == uids(female, male)
    assert shown(api, "gender=male&gender=female&glasses=none") == uids(female, male)


def test_other_parameters_choose_too(api):
    good = make_face(quality_score=85)
    make_face(quality_score=84.9)

    assert shown(api, "min_quality=85") == uids(good)
    assert shown(api, f"asset={good.asset.uid}") == uids(good)


def test_retired_faces_are_left_out(api, tagged_face):
    tagged_face(gender="male")
    Face.objects.update(retired_at=timezone.now())

    assert shown(api) == shown(api, "gender=male") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("asset", "7"),
        ("min_quality", "101"),
        ("min_quality", "nan"),
        ("landmarks", "maybe"),
        ("gender", "robot"),
        ("colour", "red"),
        ("order", "random"),
        ("cursor", "x"),
        ("cursor", "a99999999999999999999-1"),
    ],
)
def test_odd_values_are_refused(api, name, value):
    response = api.get(URL, {name: value})

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "invalid")
    assert list(error["fields"]) == [name]


def test_every_problem_is_told_at_once(api):
    response = api.get(f"{URL}?gender=robot&colour=red&min_quality=many")

    assert response.json()["error"]["fields"].keys() == {"gender", "colour", "min_quality"}


@pytest.mark.parametrize("order", ["newest", "oldest", "quality"])
def test_pages_hold_every_face_once_forwards_and_backwards(api, order):
    first = make_face(quality_score=70.1)
    for number, quality in enumerate((96.61, 96.61, 33.3), start=1):
        make_face(first.asset, position=number, quality_score=quality)
    make_face(quality_score=100)
    everything = shown(api, f"order={order}")

    pages = walk(api, f"{URL}?order={order}&page_size=2")

    assert [uid for page in pages for uid in page] == everything
    assert [len(page) for page in pages] == [2, 2, 1]
    last = api.get(f"{URL}?order={order}&page_size=2").json()
    while last["next"]:
        address = last["next"]
        last = api.get(address).json()
    assert walk(api, address, link="previous") == list(reversed(pages))


def test_pages_keep_the_query(api, tagged_face):
    faces = [tagged_face(gender="male") for _ in range(3)]
    tagged_face(gender="female")

    pages = walk(api, f"{URL}?gender=male&page_size=2")

    assert pages == [uids(faces[2], faces[1]), uids(faces[0])]


def test_a_new_face_shifts_no_page(api):
    old, middle, new = make_face(), make_face(), make_face()
    page = api.get(f"{URL}?page_size=2").json()

    make_face()

    assert [face["uid"] for face in page["results"]] == uids(new, middle)
    assert walk(api, page["next"]) == [uids(old)]


@pytest.mark.parametrize("cursor", ["a1-1", "b1-1", f"a{2**32}-1", f"a{10**18 - 1}-{10**18 - 1}"])
@pytest.mark.parametrize("order", ["newest", "quality"])
def test_a_made_up_cursor_does_no_harm(api, cursor, order):
    make_face()

    assert api.get(URL, {"order": order, "cursor": cursor}).status_code in (200, 400)


def test_a_credential_is_needed():
    assert APIClient().get(URL).status_code == 401


def test_the_number_of_queries_does_not_grow(api, tagged_face, count_queries):
    address = f"{URL}?gender=male&landmarks=true"
    tagged_face(gender="male", glasses="none")
    few = count_queries(lambda: api.get(address))

    for _ in range(3):
        tagged_face(gender="male", glasses="none")

    assert count_queries(lambda: api.get(address)) == few
