from __future__ import annotations

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from analysis.adhoc import analyze_picture
from analysis.models import EMBEDDING_DIMENSIONS, Face
from analysis.nets import full_manifest
from dam.models import ApiKey, KeyUsage
from tests.analysis.conftest import use_pipeline  # noqa: F401  (a fixture)
from tests.factories import make_api_key, make_face
from tests.fakes import EMBEDDING_NET, FakePipeline
from tests.pictures import new_png
from tests.search.conftest import tag

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/search/similar"


@pytest.fixture
def client(api: APIClient) -> APIClient:
    return api


def url(uid: uuid.UUID) -> str:
    return reverse("api:face-similar", kwargs={"uid": uid})


def uids(answer: dict) -> list[str]:
    return [result["face"]["uid"] for result in answer["results"]]


def embedding(face: Face) -> list[float]:
    return list(Face.objects.get(pk=face.pk).embedding)


class TestFacesLikeOne:
    """GET faces/<uid>/similar"""

    def test_they_come_with_how_they_were_found(self, client):
        face, twin, other = make_face(seed=1), make_face(seed=1), make_face(seed=2)

        answer = client.get(url(face.uid)).json()

        first, second = answer.pop("results")
        assert answer == {"exact": True, "method": "exact", "candidates": 2, "cut_by": "end"}
        assert (first["rank"], first["face"]["uid"]) == (1, str(twin.uid))
        assert (first["similarity"], first["distance"]) == pytest.approx((1.0, 0.0), abs=2e-3)
        assert first["same_person"] is None
        assert (second["rank"], second["face"]["uid"]) == (2, str(other.uid))
        assert second["similarity"] < 0.5
        assert "landmarks" not in second["face"]

    def test_the_probability_of_the_same_person_is_told(self, client):
        net = full_manifest().embedding_net
        face = make_face(seed=1, embedding_net=net)
        for seed in (1, 2):
            make_face(seed=seed, embedding_net=net)

        same, other = client.get(url(face.uid)).json()["results"]

        assert same["same_person"] > 0.99
        assert other["same_person"] < 0.01

    def test_filters_narrow_what_is_compared(self, client):
        face = make_face()
        tag(make_face(), glasses="none")
        chosen = tag(make_face(), glasses="sunglasses")

        answer = client.get(url(face.uid), {"glasses": "sunglasses"}).json()

        assert (uids(answer), answer["candidates"]) == ([str(chosen.uid)], 1)

    def test_the_limit_holds(self, client):
        face = make_face()
        make_face()
        make_face()

        answer = client.get(url(face.uid), {"limit": 1}).json()

        assert (len(answer["results"]), answer["cut_by"]) == (1, "limit")

    def test_a_threshold_cuts(self, client):
        face, twin = make_face(seed=1), make_face(seed=1)
        make_face(seed=2)

        answer = client.get(url(face.uid), {"min_similarity": 0.9}).json()

        assert (uids(answer), answer["cut_by"]) == ([str(twin.uid)], "threshold")

    def test_all_problems_are_told_at_once(self, client):
        asked = {
            "limit": "1001",
            "min_similarity": "2",
            "min_probability": "-1",
            "exact": "maybe",
            "glasses": "monocle",
            "order": "oldest",
            "shape": "round",
        }

        response = client.get(url(make_face().uid), asked)

        assert response.status_code == 400
        assert response.json()["error"]["fields"].keys() == asked.keys()

    def test_a_face_that_does_not_exist_is_not_found(self, client):
        assert client.get(url(uuid.UUID(int=1))).status_code == 404

    def test_a_credential_is_needed(self):
        assert APIClient().get(url(make_face().uid)).status_code == 401

    def test_the_number_of_queries_does_not_grow(self, client, count_queries):
        face = make_face()
        make_face(seed=1)
        few = count_queries(lambda: client.get(url(face.uid)))

        for seed in range(2, 6):
            make_face(seed=seed)

        assert count_queries(lambda: client.get(url(face.uid))) == few


class TestExamples:
    """POST search/similar with faces, or an embedding."""

    def post(self, client: APIClient, body: object, query: str = ""):
        return client.post(f"{SEARCH}{query}", body, format="json")

    def test_faces_like_several_are_found_and_these_left_out(self, client):
        first, second, like = make_face(seed=1), make_face(seed=2), make_face(seed=1)

        answer = self.post(client, {"faces": [str(first.uid), str(second.uid)]}).json()

        assert uids(answer) == [str(like.uid)]
        assert answer["results"][0]["similarity"] == pytest.approx(0.71, abs=0.05)

    def test_unwanted_faces_are_left_out_and_push_others_back(self, client):
        wanted, unwanted = make_face(seed=1), make_face(seed=2)
        other, like_unwanted = make_face(seed=3), make_face(seed=2)
        body = {"faces": [str(wanted.uid)], "unwanted": [str(unwanted.uid)]}

        answer = self.post(client, body).json()

        assert uids(answer) == [str(other.uid), str(like_unwanted.uid)]

    def test_an_embedding_is_looked_for(self, client):
        face = make_face(seed=1)
        body = {"embedding": embedding(face), "embedding_net": EMBEDDING_NET}

        answer = self.post(client, body).json()

        assert uids(answer) == [str(face.uid)]
        assert answer["results"][0]["similarity"] == pytest.approx(1, abs=2e-3)

    def test_filters_and_limits_may_stand_in_the_body(self, client):
        face = make_face(seed=1)
        for seed in (2, 3):
            tag(make_face(seed=seed), glasses="none")
        tag(make_face(seed=4), glasses="sunglasses")
        body = {"faces": [str(face.uid)], "glasses": ["none"], "limit": 1, "exact": True}

        answer = self.post(client, body).json()

        assert (answer["candidates"], len(answer["results"])) == (2, 1)

    def test_filters_may_stand_in_the_query_string(self, client):
        face = make_face(seed=1)
        tag(make_face(seed=2), glasses="none")
        make_face(seed=3)

        answer = self.post(client, {"faces": [str(face.uid)]}, "?glasses=none").json()

        assert answer["candidates"] == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "faces"),
            ([], ""),
            ({"faces": []}, "faces"),
            ({"faces": ["nobody"]}, "faces.0"),
            ({"faces": [str(uuid.UUID(int=1))]}, "faces"),
            ({"faces": [str(uuid.UUID(int=n)) for n in range(51)]}, "faces"),
            ({"unwanted": [str(uuid.UUID(int=1))]}, "unwanted"),
            ({"embedding": [1.0], "embedding_net": "x"}, "embedding"),
            ({"embedding": [1.0] * EMBEDDING_DIMENSIONS}, "embedding_net"),
            ({"embedding": [1.0] * EMBEDDING_DIMENSIONS, "embedding_net": "x"}, "embedding_net"),
            ({"faces": [str(uuid.UUID(int=1))], "limit": {"a": 1}}, "limit"),
            ({"faces": [str(uuid.UUID(int=1))], "shape": "round"}, "shape"),
        ],
    )
    def test_odd_bodies_are_refused(self, client, body, field):
        response = self.post(client, body)

        assert response.status_code == 400
        assert field in response.json()["error"]["fields"]

    def test_a_vector_without_direction_is_refused(self, client):
        body = {"embedding": [0.0] * EMBEDDING_DIMENSIONS, "embedding_net": EMBEDDING_NET}

        response = self.post(client, body)

        assert (response.status_code, response.json()["error"]["code"]) == (
            400,
            "invalid_embedding",
        )

    def test_a_face_cannot_be_wanted_and_unwanted(self, client):
        uid = str(make_face().uid)

        response = self.post(client, {"faces": [uid], "unwanted": [uid]})

        assert response.json()["error"]["fields"].keys() == {"unwanted"}

    def test_faces_of_different_nets_cannot_be_examples_together(self, client):
        faces = [make_face(), make_face(embedding_net="other-000000000000")]

        response = self.post(client, {"faces": [str(face.uid) for face in faces]})

        assert (response.status_code, response.json()["error"]["code"]) == (422, "different_nets")

    def test_a_credential_that_may_read_is_needed(self):
        key = make_api_key(ApiKey.Scope.ANALYZE).text
        analyst = APIClient()
        analyst.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")

        assert self.post(APIClient(), {}).status_code == 401
        assert self.post(analyst, {}).status_code == 403

    def test_the_number_of_queries_does_not_grow(self, client, count_queries):
        body = {"faces": [str(make_face().uid)]}
        make_face(seed=1)
        few = count_queries(lambda: self.post(client, body))

        for seed in range(2, 6):
            make_face(seed=seed)

        assert count_queries(lambda: self.post(client, body)) == few


class TestPicture:
    """POST search/similar with a picture."""

    @pytest.fixture(autouse=True)
    def pipeline(self, use_pipeline) -> FakePipeline:  # noqa: F811
        return use_pipeline(FakePipeline(shares=(0.4,)))

    def post(self, client: APIClient, content: bytes | None = None, **fields: object):
        image = SimpleUploadedFile("face.png", new_png() if content is None else content)
        return client.post(SEARCH, {"image": image, **fields}, format="multipart")

    def test_its_only_face_is_looked_for(self, client):
        face = make_face()

        answer = self.post(client).json()

        assert uids(answer) == [str(face.uid)]
        assert answer["example"].keys() == {"position", "box", "score", "quality"}

    def test_the_same_face_is_the_nearest(self, client):
        content = new_png()
        (face,) = analyze_picture(io.BytesIO(content)).faces
        make_face(seed=5)
        same = make_face(embedding=face.embedding)

        answer = self.post(client, content).json()

        assert uids(answer)[0] == str(same.uid)
        assert answer["results"][0]["similarity"] == pytest.approx(1, abs=2e-3)

    def test_of_several_faces_one_has_to_be_chosen(self, client, pipeline):
        pipeline.shares = (0.4, 0.2)

        response = self.post(client)

        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (422, "several_faces")
        assert error["fields"] == {"face": ["Must be given: a number from 0 to 1."]}
        assert [face["position"] for face in response.json()["faces"]] == [0, 1]
        assert response.json()["faces"][0]["box"].keys() == {"left", "top", "width", "height"}

    def test_the_chosen_face_is_looked_for(self, client, pipeline):
        pipeline.shares = (0.4, 0.2)

        answer = self.post(client, face=1).json()

        assert answer["example"]["position"] == 1

    def test_the_picture_counts_for_the_key(self, client):
        ApiKey.objects.update(pictures_per_day=1)

        found, refused = self.post(client), self.post(client)

        assert (found.status_code, refused.status_code) == (200, 429)
        usage = KeyUsage.objects.get()
        assert (usage.requests, usage.refused, usage.pictures, usage.faces) == (2, 1, 1, 1)

    def test_a_face_that_is_not_there_cannot_be_chosen(self, client):
        response = self.post(client, face=1)

        assert response.status_code == 400
        assert response.json()["error"]["fields"] == {"face": ["Must be a number from 0 to 0."]}

    def test_a_picture_without_a_face_is_refused_with_a_next_step(self, client, pipeline):
        pipeline.shares = ()

        response = self.post(client)

        assert (response.status_code, response.json()["error"]["code"]) == (422, "no_face")
        assert "Take one in which" in response.json()["error"]["message"]

    @pytest.mark.parametrize(("content", "code"), [(b"", "empty_file"), (b"x", "not_an_image")])
    def test_what_is_no_picture_is_refused(self, client, content, code):
        response = self.post(client, content)

        assert (response.status_code, response.json()["error"]["code"]) == (422, code)

    def test_a_file_is_needed(self, client):
        response = client.post(SEARCH, {"face": 0}, format="multipart")

        assert response.json()["error"]["fields"] == {"image": ["No file was sent."]}

    def test_filters_and_limits_may_stand_beside_it(self, client):
        tag(make_face(seed=1), glasses="none")
        make_face(seed=2)

        answer = self.post(client, glasses="none", limit=5).json()

        assert answer["candidates"] == 1

    def test_nothing_is_stored(self, client):
        self.post(client)

        assert Face.objects.count() == 0
