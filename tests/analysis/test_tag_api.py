from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.facets import facets
from analysis.models import Face, FaceTag, TagCorrection
from analysis.tagging import apply_model_tags, correct_tag
from dam.models import ApiKey
from tests.factories import make_api_key, make_face, make_tagged_face, make_user

pytestmark = pytest.mark.django_db

READINGS = {"glasses": {"none": 0.9, "glasses": 0.06, "sunglasses": 0.04}}


@pytest.fixture
def face() -> Face:
    return make_tagged_face(READINGS)


def tags_url(face: Face) -> str:
    return reverse("api:face-tags", args=[face.uid])


def tag_url(face: Face, facet: str = "glasses") -> str:
    return reverse("api:face-tag", args=[face.uid, facet])


def put(client: APIClient, face: Face, value: object, facet: str = "glasses"):
    return client.put(tag_url(face, facet), {"value": value}, format="json")


def error_of(response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


class TestReading:
    def test_all_facets_are_listed_with_what_is_said_of_each(self, client, face):
        tags = {one["facet"]: one for one in client.get(tags_url(face)).json()}

        assert list(tags) == [facet.name for facet in facets()]
        assert tags["glasses"] == {
            "facet": "glasses",
            "label": "Glasses",
            "open": False,
            "values": ["none", "glasses", "sunglasses", "unsure"],
            "tag": {"value": "none", "score": 0.9, "source": "model", "dominant": "none"},
            "model": {"value": "none", "score": 0.9, "dominant": "none"},
            "history": [],
        }
        assert (tags["mask"]["tag"], tags["mask"]["model"]) == (None, None)

    def test_the_history_has_the_newest_first(self, client, face):
        correct_tag(face, facet="glasses", value="glasses", user=make_user("ada"))
        client.delete(tag_url(face))

        (glasses,) = [t for t in client.get(tags_url(face)).json() if t["facet"] == "glasses"]

        said = [(one["previous_value"], one["value"], one["user"]) for one in glasses["history"]]
        assert said == [("glasses", None, None), ("none", "glasses", "ada")]

    def test_a_key_that_may_only_read_may_read(self, face):
        client = APIClient()
        key = make_api_key(ApiKey.Scope.READ)
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key.text}")

        assert client.get(tags_url(face)).status_code == 200

    def test_without_a_credential_nothing_is_read(self, face):
        assert APIClient().get(tags_url(face)).status_code == 401

    def test_an_unknown_face_is_not_found(self, client):
        response = client.get(reverse("api:face-tags", args=[uuid.UUID(int=1)]))

        assert error_of(response) == (404, "not_found")

    def test_a_retired_face_is_not_found(self, client, face):
        Face.objects.update(retired_at=timezone.now())

        assert error_of(client.get(tags_url(face))) == (404, "not_found")

    def test_the_number_of_queries_does_not_grow_with_the_history(self, client, face):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(tags_url(face))
            return len(queries)

        few = count()
        for value in ("glasses", "sunglasses", "unsure"):
            correct_tag(face, facet="glasses", value=value, user=make_user())

        assert count() == few


class TestCorrecting:
    def test_a_correction_is_answered_with_the_tag_and_its_history(self, client, face):
        response = put(client, face, "sunglasses")

        assert response.status_code == 200
        assert response.json()["tag"] == {
            "value": "sunglasses",
            "score": None,
            "source": "user",
            "dominant": "none",
        }
        assert len(response.json()["history"]) == 1

    def test_it_shows_in_the_face(self, client, face):
        put(client, face, "sunglasses")

        shown = client.get(reverse("api:face", args=[face.uid])).json()["tags"]
        assert shown["glasses"]["value"] == "sunglasses"

    def test_a_person_who_is_signed_in_is_noted(self, face):
        user, client = make_user(), APIClient()
        client.force_login(user)

        put(client, face, "glasses")

        assert TagCorrection.objects.get().user == user

    def test_a_program_is_nobody(self, client, face):
        put(client, face, "glasses")

        assert TagCorrection.objects.get().user is None

    @pytest.mark.parametrize("value", ["monocle", "None", "NONE"])
    def test_a_value_of_no_facet_is_refused(self, client, face, value):
        response = put(client, face, value)

        assert error_of(response) == (400, "invalid_tag")
        assert "none, glasses, sunglasses, unsure" in response.json()["error"]["fields"]["value"][0]

    @pytest.mark.parametrize("body", [{}, {"value": ""}, {"value": None}, {"value": ["glasses"]}])
    def test_a_body_without_a_value_is_refused(self, client, face, body):
        response = client.put(tag_url(face), body, format="json")

        assert error_of(response) == (400, "invalid")
        assert list(response.json()["error"]["fields"]) == ["value"]

    def test_an_unknown_facet_is_not_found(self, client, face):
        assert error_of(put(client, face, "yes", facet="wings")) == (404, "unknown_facet")

    def test_a_retired_face_is_not_found(self, client, face):
        Face.objects.update(retired_at=timezone.now())

        assert error_of(put(client, face, "glasses")) == (404, "not_found")

    @pytest.mark.parametrize("method", ["put", "delete"])
    def test_a_key_that_may_only_read_changes_nothing(self, face, method):
        client = APIClient()
        key = make_api_key(ApiKey.Scope.READ)
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key.text}")

        response = getattr(client, method)(tag_url(face), {"value": "glasses"}, format="json")

        assert response.status_code == 403
        assert FaceTag.objects.get().value == "none"


class TestClearing:
    def test_the_nets_value_stands_again(self, client, face):
        put(client, face, "sunglasses")

        response = client.delete(tag_url(face))

        assert response.status_code == 200
        assert response.json()["tag"]["value"] == "none"
        assert response.json()["tag"]["source"] == "model"

    def test_where_nets_say_nothing_there_is_no_tag(self, client, face):
        put(client, face, "worn", facet="mask")

        assert client.delete(tag_url(face, "mask")).json()["tag"] is None

    def test_twice_is_as_good_as_once(self, client, face):
        put(client, face, "sunglasses")
        first = client.delete(tag_url(face)).json()

        assert client.delete(tag_url(face)).json() == first

    def test_an_unknown_facet_is_not_found(self, client, face):
        assert error_of(client.delete(tag_url(face, "wings"))) == (404, "unknown_facet")


class TestFaces:
    def test_a_face_shows_its_tags_by_facet(self, client, face):
        shown = client.get(reverse("api:face", args=[face.uid])).json()

        assert shown["tags"] == {
            "glasses": {"value": "none", "score": 0.9, "source": "model", "dominant": "none"}
        }

    def test_tags_of_facets_that_do_not_exist_any_more_are_not_shown(self, client, face):
        FaceTag.objects.create(face=face, facet="wings", value="yes", source="user")

        shown = client.get(reverse("api:face", args=[face.uid])).json()

        assert list(shown["tags"]) == ["glasses"]

    def test_the_queries_of_a_list_do_not_grow_with_tags(self, client, face):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("api:face-list"))
            return len(queries)

        few = count()
        for seed in range(3):
            apply_model_tags([make_face(seed=seed)])

        assert count() == few

    @pytest.mark.parametrize("name", ["face", "face-crop"])
    def test_a_retired_face_is_not_found(self, client, face, name):
        Face.objects.update(retired_at=timezone.now())

        assert error_of(client.get(reverse(f"api:{name}", args=[face.uid]))) == (404, "not_found")

    def test_a_retired_face_is_not_listed_with_its_asset(self, client, face):
        Face.objects.update(retired_at=timezone.now())

        asset = client.get(reverse("api:asset", args=[face.asset.uid])).json()

        assert asset["faces"] == []

    def test_a_retired_face_is_not_listed(self, client, face):
        Face.objects.update(retired_at=timezone.now())

        assert client.get(reverse("api:face-list")).json()["results"] == []
