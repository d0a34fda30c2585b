"""What is switched off shows nowhere, also where it was stored before."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from analysis.models import AnalysisRun, Face, FaceTag
from analysis.recording import claim_run, record_results
from analysis.tagging import correct_tag
from tests.factories import BOX, make_face, make_run, make_tagged_face, make_user
from tests.fakes import EMBEDDING_NET, fake_result

pytestmark = pytest.mark.django_db

OFF = ["gender", "age"]
# 73.125 is no other number of this face.
READINGS = {
    "age": 73.125,
    "gender": {"female": 0.8125, "male": 0.1875},
    "glasses": {"none": 0.0, "glasses": 1.0, "sunglasses": 0.0},
}
TRACES = re.compile(r"gender|female|\bmale\b|\b73\.1[23]|\bage\b|years", re.IGNORECASE)


@pytest.fixture
def face() -> Face:
    """A face that was read, tagged and corrected while everything was on."""
    face = make_tagged_face(READINGS)
    correct_tag(face, facet="gender", value="male", user=make_user("eve"))
    return face


@pytest.fixture
def off(face: Face, settings) -> Face:
    settings.DAM_READINGS_OFF = OFF
    return face


def rest_addresses(face: Face) -> list[str]:
    faces, uid = "/api/v1/faces", face.uid
    other = f"{faces}/{make_face(face.asset, position=1, seed=1).uid}/similar"
    return [
        faces,
        f"{faces}/{uid}",
        f"{faces}/{uid}/tags",
        other,
        f"/api/v1/assets/{face.asset.uid}",
        "/api/v1/facets",
    ]


def pages(face: Face) -> list[str]:
    return [
        reverse("photos"),
        reverse("photo", args=[face.asset.uid]),
        reverse("faces"),
        reverse("similar-faces", args=[face.uid]),
    ]


def keys_of(value: object) -> set[str]:
    """Return every key in an answer, however deep."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return {value} if isinstance(value, str) else set()


def test_rest_shows_what_is_on(face, api):
    shown = set().union(*(keys_of(api.get(url).json()) for url in rest_addresses(face)))

    assert {"age", "gender", "glasses"} <= shown


def test_rest_shows_nothing_that_is_off(off, api):
    for url in rest_addresses(off):
        response = api.get(url)

        assert response.status_code == 200, url
        assert keys_of(response.json()).isdisjoint({"age", "gender", "female", "male"}), url
        assert "glasses" in keys_of(response.json()), url


def test_pages_show_nothing_that_is_off(off, browser):
    for url in pages(off):
        response = browser.get(url)

        assert response.status_code == 200, url
        main = response.content.decode().split("<main", 1)[1]
        assert not TRACES.findall(re.sub(r"[\w-]{20,}", "", main)), url


def test_the_photo_page_shows_what_is_on(face, browser):
    html = browser.get(reverse("photo", args=[face.asset.uid])).content.decode()

    assert TRACES.search(html.split("<main", 1)[1])


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_exports_have_nothing_that_is_off(off, api, kind):
    text = b"".join(api.get(f"/api/v1/export.{kind}")).decode()

    assert not TRACES.search(re.sub(r"[\w-]{20,}", "", text))
    assert "glasses" in text


def test_an_export_has_what_is_on(face, api):
    assert "gender" in b"".join(api.get("/api/v1/export.csv")).decode()


@pytest.mark.parametrize("address", ["faces", "facets", "export.csv"])
def test_nobody_can_ask_for_what_is_off(off, api, address):
    response = api.get(f"/api/v1/{address}?gender=male")

    assert response.status_code == 400
    assert response.json()["error"]["fields"] == {
        "gender": ["This reading is switched off on this server."]
    }


def test_a_tag_that_is_off_can_neither_be_seen_nor_set(off, api):
    url = f"/api/v1/faces/{off.uid}/tags/gender"

    answers = [api.get(url), api.put(url, {"value": "male"}, format="json"), api.delete(url)]

    assert [one.status_code for one in answers] == [405, 404, 404]
    assert FaceTag.objects.get(face=off, facet="gender").value == "male"


@pytest.mark.parametrize("name", ["face-tag-correct", "face-tag-clear"])
def test_no_form_changes_a_tag_that_is_off(off, browser, name):
    response = browser.post(reverse(name, args=[off.uid, "gender"]), {"value": "female"})

    assert response.status_code == 404
    assert FaceTag.objects.get(face=off, facet="gender").source == "user"


def test_the_schema_knows_nothing_that_is_off(off, api):
    parameters = api.get("/api/schema/?format=json").json()["paths"]["/api/v1/faces"]["get"]

    names = {one["name"] for one in parameters["parameters"]}
    assert "gender" not in names
    assert "glasses" in names


def test_another_analysis_does_not_store_what_is_off(off):
    run = make_run(off.asset, status=AnalysisRun.Status.QUEUED, version="2-off")
    result = fake_result(BOX)
    bare = {"glasses": READINGS["glasses"]}
    object.__setattr__(result, "readings", bare)

    record_results(claim_run(run.pk), [result], embedding_net=EMBEDDING_NET)

    off.refresh_from_db()
    assert off.readings == bare


def test_switching_on_again_shows_what_was_not_erased(off, settings, api):
    settings.DAM_READINGS_OFF = []

    face = api.get(f"/api/v1/faces/{off.uid}").json()

    assert face["readings"]["age"] == 73.12
    assert face["tags"]["gender"]["value"] == "male"
