from __future__ import annotations

import uuid

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.models import Face
from dam.collections import create_collection
from dam.models import ApiKey, Asset
from search.bulk import api as bulk_api
from search.bulk.tasks import run_bulk_job
from search.models import BulkJob
from tests.factories import make_api_key, make_asset, make_face, make_user
from tests.search.bulk.conftest import tag_of

pytestmark = pytest.mark.django_db

URL = "/api/v1/bulk"
SET = {"action": "correct_tag", "arguments": {"facet": "glasses", "value": "sunglasses"}}


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """The ids of jobs that the broker would get."""
    ids: list[int] = []
    monkeypatch.setattr(bulk_api, "send_job", ids.append)
    return ids


def post(api: APIClient, **body: object) -> object:
    return api.post(URL, body, format="json")


def fields_of(response: object) -> dict[str, list[str]]:
    assert response.status_code == 400, response.data
    assert response.data["error"]["code"] == "invalid"
    return response.data["error"]["fields"]


class TestMaking:
    @pytest.mark.parametrize(
        "query",
        ["glasses=none&min_quality=60", {"glasses": "none", "min_quality": 60}],
    )
    def test_everything_that_a_query_finds_is_changed(self, api, glasses_face, sent, query):
        found, other = glasses_face("none"), glasses_face("glasses")

        response = post(api, **SET, query=query)

        assert response.status_code == 202
        job = BulkJob.objects.get()
        assert sent == [job.pk]
        run_bulk_job(job.pk)
        assert tag_of(found) == ("sunglasses", "user")
        assert tag_of(other) == ("glasses", "model")

    def test_the_answer_is_the_job(self, api, glasses_face, sent):
        glasses_face("none")

        body = post(api, **SET, query={"glasses": ["none", "unsure"]}).data

        job = BulkJob.objects.get()
        assert body == {
            "uid": str(job.uid),
            "action": "correct_tag",
            "arguments": {"facet": "glasses", "value": "sunglasses"},
            "title": "Set Glasses to Sunglasses",
            "chosen": "Glasses: None, Glasses: Unsure",
            "query": "glasses=none&glasses=unsure",
            "unit": "faces",
            "status": "waiting",
            "total": 1,
            "done": 0,
            "changed": 0,
            "skipped": 0,
            "failed": 0,
            "restored": 0,
            "left_alone": 0,
            "seconds_left": None,
            "can_cancel": True,
            "can_undo": False,
            "created_by": None,
            "created_at": body["created_at"],
            "started_at": None,
            "finished_at": None,
            "error": None,
            "problems": [],
        }

    def test_an_empty_query_is_everything(self, api, glasses_face, sent):
        glasses_face("none")
        glasses_face("glasses")

        assert post(api, **SET, query="").data["total"] == 2

    def test_faces_can_be_named(self, api, glasses_face, sent):
        named, _ = glasses_face("none"), glasses_face("none")

        response = post(api, **SET, faces=[str(named.uid)])

        assert response.data["chosen"] == "1 face by name"
        run_bulk_job(sent[0])
        assert [tag_of(face)[1] for face in Face.objects.order_by("pk")] == ["user", "model"]

    def test_naming_photos_changes_all_faces_in_them(self, api, sent):
        asset = make_asset()
        faces = [make_face(asset, position=position) for position in range(2)]
        make_face()

        post(api, **SET, assets=[str(asset.uid)])

        run_bulk_job(sent[0])
        assert Face.objects.filter(tags__value="sunglasses").count() == len(faces)

    def test_naming_faces_deletes_their_photos(self, api, sent):
        asset = make_asset()
        faces = [make_face(asset, position=position) for position in range(2)]
        kept = make_asset()

        response = post(api, action="delete", faces=[str(face.uid) for face in faces])

        assert (response.data["unit"], response.data["total"]) == ("photos", 1)
        run_bulk_job(sent[0])
        assert list(Asset.objects.all()) == [kept]

    def test_a_dry_run_says_how_many_and_changes_nothing(self, api, glasses_face, sent):
        glasses_face("none")

        response = post(api, **SET, query="", dry_run=True)

        assert response.status_code == 200
        assert response.data == {
            "title": "Set Glasses to Sunglasses",
            "chosen": "all faces",
            "unit": "faces",
            "total": 1,
            "can_undo": True,
        }
        assert not BulkJob.objects.exists()
        assert sent == []

    def test_another_number_than_expected_changes_nothing(self, api, glasses_face, sent):
        glasses_face("none")

        response = post(api, **SET, query="", expected=2)

        assert (response.status_code, response.data["error"]["code"]) == (409, "number_changed")
        assert not BulkJob.objects.exists()

    def test_nothing_found_is_an_error(self, api, sent):
        response = post(api, **SET, query="")

        assert (response.status_code, response.data["error"]["code"]) == (422, "nothing_chosen")

    def test_who_did_it_is_remembered(self, glasses_face, sent):
        glasses_face("none")
        user, client = make_user(), APIClient()
        client.force_login(user)

        assert post(client, **SET, query="").data["created_by"] == user.username

    def test_retired_faces_cannot_be_named(self, api, sent):
        face = make_face()
        Face.objects.update(retired_at=timezone.now())

        response = post(api, **SET, faces=[str(face.uid)])

        assert response.data["error"]["code"] == "unknown_uids"


class TestBadInput:
    def test_all_problems_are_told_at_once(self, api):
        response = post(
            api,
            action="correct_tag",
            arguments={"facet": "glasses", "colour": "red"},
            query="emotion=odd&min_quality=many&what=1",
            expected="x",
            extra=1,
        )

        assert set(fields_of(response)) == {
            "arguments.value",
            "arguments.colour",
            "query.emotion",
            "query.min_quality",
            "query.what",
            "expected",
            "extra",
        }

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "action"),
            ({"action": "burn", "query": ""}, "action"),
            ({"action": "correct_tag", "query": ""}, "arguments.facet"),
            (SET | {"arguments": {"facet": "glasses", "value": "hat"}, "query": ""}, "arguments"),
            (SET | {"arguments": {"facet": "hue", "value": "red"}, "query": ""}, "arguments"),
            (SET | {"arguments": {"facet": 1, "value": "x"}, "query": ""}, "arguments.facet"),
            (SET | {"arguments": "glasses", "query": ""}, "arguments"),
            ({"action": "delete", "arguments": {"facet": "x"}, "query": ""}, "arguments.facet"),
            ({"action": "add_to_collection", "arguments": {"collection": "x"}}, "arguments"),
            (SET, "query"),
            (SET | {"query": "", "faces": [str(uuid.uuid4())]}, "query"),
            (SET | {"query": 7}, "query"),
            (SET | {"query": {"glasses": {"none": 1}}}, "query"),
            (SET | {"query": {"glasses": None}}, "query"),
            (SET | {"faces": []}, "faces"),
            (SET | {"faces": ["x"]}, "faces"),
        ],
    )
    def test_it_is_told_what_is_wrong(self, api, body, field):
        fields = fields_of(api.post(URL, body, format="json"))

        assert any(name == field or name.startswith(f"{field}.") for name in fields), fields
        assert not BulkJob.objects.exists()

    def test_faces_that_are_not_there_are_all_named(self, api):
        known, unknown = make_face(), [str(uuid.uuid4()) for _ in range(2)]

        response = post(api, **SET, faces=[str(known.uid), *unknown])

        assert response.data["error"]["code"] == "unknown_uids"
        told = " ".join(response.data["error"]["fields"]["faces"])
        assert all(uid in told for uid in unknown)
        assert not BulkJob.objects.exists()

    def test_a_collection_that_is_not_there(self, api):
        response = post(
            api,
            action="add_to_collection",
            arguments={"collection": str(uuid.uuid4())},
            query="",
        )

        assert set(fields_of(response)) == {"arguments.collection"}

    def test_an_object_is_needed(self, api):
        assert api.post(URL, [1], format="json").status_code == 400


class TestProgress:
    def test_it_says_how_far_it_is_and_how_long_it_takes(self, api, start, many_faces):
        many_faces(4)
        job = start("correct_tag", facet="glasses", value="none")
        BulkJob.objects.update(
            status="running",
            done=1,
            changed=1,
            started_at=timezone.now() - timezone.timedelta(seconds=10),
        )

        body = api.get(f"{URL}/{job.uid}").data

        assert (body["status"], body["done"], body["total"]) == ("running", 1, 4)
        assert 29 <= body["seconds_left"] <= 32

    def test_it_says_why_pieces_failed(self, api, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", facet="glasses", value="none")
        BulkJob.objects.update(arguments={"facet": "gone", "value": "yes"})

        run_bulk_job(job.pk)

        problems = api.get(f"{URL}/{job.uid}").data["problems"]
        assert problems == [
            {"code": "unknown_facet", "message": "There is no facet 'gone'.", "pieces": 1}
        ]

    def test_all_jobs_are_listed_the_newest_first(self, api, start, glasses_face):
        glasses_face("none")
        first = start("correct_tag", facet="glasses", value="none")
        second = start("analyze")

        results = api.get(URL).data["results"]

        assert [job["uid"] for job in results] == [str(second.uid), str(first.uid)]

    def test_the_number_of_queries_does_not_grow(self, api, start, glasses_face, count_queries):
        glasses_face("none")
        for _ in range(2):
            start("analyze")
        few = count_queries(lambda: api.get(URL))
        for _ in range(5):
            start("analyze")

        assert count_queries(lambda: api.get(URL)) == few

    def test_an_unknown_job(self, api):
        assert api.get(f"{URL}/{uuid.uuid4()}").status_code == 404


class TestCancellingAndUndoing:
    def test_a_job_is_cancelled(self, api, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", facet="glasses", value="sunglasses")

        assert api.post(f"{URL}/{job.uid}/cancel").data["status"] == "cancelled"
        assert api.post(f"{URL}/{job.uid}/cancel").status_code == 200

    def test_a_finished_job_cannot_be_cancelled(self, api, do, glasses_face):
        glasses_face("none")
        job = do("correct_tag", facet="glasses", value="sunglasses")

        response = api.post(f"{URL}/{job.uid}/cancel")

        assert (response.status_code, response.data["error"]["code"]) == (409, "not_possible_now")

    def test_a_job_is_undone(self, api, do, glasses_face, sent):
        face = glasses_face("none")
        job = do("correct_tag", facet="glasses", value="sunglasses")

        response = api.post(f"{URL}/{job.uid}/undo")

        assert (response.status_code, response.data["status"]) == (202, "undoing")
        assert sent == [job.pk]
        run_bulk_job(job.pk)
        assert tag_of(face) == ("none", "model")

    def test_an_analysis_cannot_be_undone(self, api, do, glasses_face):
        glasses_face("none")
        job = do("analyze")

        response = api.post(f"{URL}/{job.uid}/undo")

        assert response.status_code == 409
        assert response.data["error"]["message"] == "This cannot be undone."


class TestPermissions:
    def test_a_key_that_reads_may_only_look(self, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", facet="glasses", value="none")
        client = APIClient()
        key = make_api_key(ApiKey.Scope.READ).text
        client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")

        assert client.get(URL).status_code == 200
        assert client.get(f"{URL}/{job.uid}").status_code == 200
        for answer in (
            post(client, **SET, query=""),
            post(client, **SET, query="", dry_run=True),
            client.post(f"{URL}/{job.uid}/cancel"),
            client.post(f"{URL}/{job.uid}/undo"),
        ):
            assert (answer.status_code, answer.data["error"]["code"]) == (403, "scope_missing")


def test_photos_are_added_to_a_collection(api, sent):
    asset = make_face().asset
    collection = create_collection(name="Summer", user=None)

    response = post(
        api,
        action="add_to_collection",
        arguments={"collection": str(collection.uid)},
        query="show=photos",
    )

    assert (response.data["unit"], response.data["total"]) == ("photos", 1)
    run_bulk_job(sent[0])
    assert list(collection.assets.all()) == [asset]
