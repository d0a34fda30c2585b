from __future__ import annotations

import uuid

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from analysis import nets
from analysis.manifest import NetError
from analysis.models import AnalysisRun, Face
from analysis.pipeline.types import Box
from dam.models import ApiKey, Asset
from dam.storage import face_crop_path
from tests.factories import make_api_key, make_asset, make_face, make_run
from tests.pictures import new_png, png_bomb

pytestmark = pytest.mark.django_db

SOMEBODY = uuid.UUID(int=1)

EVERY_READ = (
    ("asset-list", {}),
    ("asset", {"uid": SOMEBODY}),
    ("face", {"uid": SOMEBODY}),
    ("face-crop", {"uid": SOMEBODY}),
    ("run-list", {}),
    ("run", {"uid": SOMEBODY}),
)


def url(name: str, **kwargs: object) -> str:
    return reverse(f"api:{name}", kwargs=kwargs)


def error_code(response) -> str:
    return response.json()["error"]["code"]


@pytest.mark.parametrize(("name", "kwargs"), EVERY_READ)
def test_nothing_is_read_without_a_credential(name, kwargs):
    response = APIClient().get(url(name, **kwargs))

    assert response.status_code == 401


def test_nothing_is_analyzed_without_a_credential():
    assert APIClient().post(url("analyze")).status_code == 401


def test_a_key_that_may_only_read_analyzes_nothing():
    client = APIClient()
    key = make_api_key(ApiKey.Scope.READ)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key.text}")

    assert client.post(url("analyze")).status_code == 403


@pytest.mark.parametrize("name", ["asset", "face", "face-crop", "run"])
def test_what_does_not_exist_is_not_found(client, name):
    response = client.get(url(name, uid=SOMEBODY))

    assert (response.status_code, error_code(response)) == (404, "not_found")


class TestAssets:
    def test_an_asset_shows_its_newest_analysis(self, client):
        run = make_run(status="succeeded", version="v1", face_count=1)
        newest = make_run(run.asset, version="v2")

        (asset,) = client.get(url("asset-list")).json()["results"]

        assert asset["uid"] == str(run.asset.uid)
        assert asset["analysis"] == {
            "run": str(newest.uid),
            "status": "queued",
            "face_count": None,
            "error": None,
        }

    def test_an_asset_that_was_never_queued_has_no_analysis(self, client):
        make_asset().runs.all().delete()

        (asset,) = client.get(url("asset-list")).json()["results"]

        assert asset["analysis"] is None

    def test_a_failure_shows_its_reason(self, client):
        make_run(status="failed", error_code="truncated", error_message="It ends early.")

        (asset,) = client.get(url("asset-list")).json()["results"]

        assert asset["analysis"]["error"] == {"code": "truncated", "message": "It ends early."}

    def test_the_number_of_queries_does_not_grow(self, client, django_assert_num_queries):
        for _ in range(3):
            make_face()

        with django_assert_num_queries(5):  # key, assets, runs, outcomes, collections
            client.get(url("asset-list"))

    def test_one_asset_shows_its_faces_the_largest_first(self, client):
        face = make_face(position=1)
        larger = make_face(face.asset, position=0, box=Box(0, 0, 60, 60))

        asset = client.get(url("asset", uid=face.asset.uid)).json()

        assert [shown["uid"] for shown in asset["faces"]] == [str(larger.uid), str(face.uid)]
        assert asset["analysis"]["status"] == "succeeded"

    def test_faces_of_an_asset_show_landmarks_on_request(self, client):
        address = url("asset", uid=make_face().asset.uid)

        (plain,) = client.get(address).json()["faces"]
        (full,) = client.get(address, {"landmarks": "true"}).json()["faces"]

        assert "landmarks" not in plain
        assert len(full["landmarks"]) == 105

    @pytest.mark.parametrize("landmarks", ["true", "false"])
    def test_queries_do_not_grow_with_faces(self, client, django_assert_num_queries, landmarks):
        face = make_face()
        make_face(face.asset, position=1)

        # The key, the asset, its runs and collections, faces, tags, custom tags.
        with django_assert_num_queries(8):
            client.get(url("asset", uid=face.asset.uid), {"landmarks": landmarks})

    def test_an_uploaded_asset_shows_that_it_waits(self, client, fake_pipeline):
        file = SimpleUploadedFile("a.png", new_png())

        response = client.post(url("asset-list"), {"files": [file]}, format="multipart")

        (result,) = response.json()["results"]
        assert response.status_code == 201
        assert result["asset"]["analysis"]["status"] == "queued"

    def test_deleting_an_asset_deletes_its_faces(self, client):
        face = make_face()

        response = client.delete(url("asset", uid=face.asset.uid))

        assert response.status_code == 204
        assert not Face.objects.exists()
        assert not AnalysisRun.objects.exists()


class TestFace:
    def test_a_face_shows_its_landmarks(self, client):
        shown = client.get(url("face", uid=make_face().uid)).json()

        assert len(shown["landmarks"]) == 105
        assert "embedding" not in shown

    def test_a_face_shows_its_embedding_on_request(self, client):
        face = make_face()

        shown = client.get(url("face", uid=face.uid), {"embedding": "true"}).json()

        assert shown["embedding"] == pytest.approx(list(face.embedding), abs=1e-4)
        assert shown["embedding_net"] == face.embedding_net

    def test_odd_values_are_refused(self, client):
        response = client.get(url("face", uid=make_face().uid), {"embedding": "some"})

        assert response.status_code == 400

    @pytest.mark.parametrize("embedding", ["true", "false"])
    def test_the_number_of_queries_is_fixed(self, client, django_assert_num_queries, embedding):
        face = make_face()

        with django_assert_num_queries(4):  # key, face with asset, tags, custom tags
            client.get(url("face", uid=face.uid), {"embedding": embedding})


class TestFaceCrop:
    def test_a_crop_is_a_jpeg_that_only_this_client_may_keep(self, client):
        response = client.get(url("face-crop", uid=make_face().uid))

        assert response["Content-Type"] == "image/jpeg"
        assert b"".join(response.streaming_content).startswith(b"\xff\xd8")
        assert response["Cache-Control"] == "private, max-age=3600"

    def test_a_crop_that_is_gone_is_made_again_and_kept(self, client):
        face = make_face()
        path = face_crop_path(face.asset.digest, face.box)
        assert not default_storage.exists(path)

        b"".join(client.get(url("face-crop", uid=face.uid)).streaming_content)

        assert default_storage.exists(path)

    def test_a_client_that_has_the_crop_is_not_sent_it(self, client):
        address = url("face-crop", uid=make_face().uid)
        etag = client.get(address)["ETag"]

        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    def test_a_box_that_moved_is_another_crop(self, client):
        face = make_face()
        address = url("face-crop", uid=face.uid)
        etag = client.get(address)["ETag"]
        Face.objects.update(left=face.left + 5)

        assert client.get(address, headers={"If-None-Match": etag}).status_code == 200

    def test_a_crop_without_its_original_is_not_found(self, client):
        face = make_face()
        Asset.objects.update(digest="f" * 64)

        response = client.get(url("face-crop", uid=face.uid))

        assert (response.status_code, error_code(response)) == (404, "file_missing")

    def test_the_number_of_queries_is_fixed(self, client, django_assert_num_queries):
        face = make_face()

        with django_assert_num_queries(2):  # key, face with asset
            client.get(url("face-crop", uid=face.uid))


class TestAnalyze:
    def post(self, client, content: bytes, **params: str):
        file = SimpleUploadedFile("a.png", content)
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return client.post(f"{url('analyze')}?{query}", {"image": file}, format="multipart")

    def test_everything_is_told_at_once(self, client, fake_pipeline):
        answer = self.post(client, new_png(200, 100)).json()

        assert answer["image"] == {"width": 200, "height": 100, "media_type": "image/png"}
        assert answer["pipeline_version"] == fake_pipeline.version
        assert [face["position"] for face in answer["faces"]] == [0, 1]
        assert answer["faces"][0]["box"]["width"] == 80.0
        assert answer["faces"][0]["readings"].keys() == {"age", "gender"}
        assert len(answer["faces"][0]["landmarks"]) == 105
        assert answer["timings_ms"].keys() == {"decode", "analyze", "total"}

    def test_nothing_is_stored(self, client, fake_pipeline):
        self.post(client, new_png())

        assert not Asset.objects.exists()
        assert not Face.objects.exists()
        assert not AnalysisRun.objects.exists()

    def test_a_key_beyond_its_limit_is_told_when_to_come_back(
        self, client, fake_pipeline, settings
    ):
        settings.DAM_KEY_MEGAPIXELS_PER_MINUTE = 1
        self.post(client, new_png(1000, 1000))

        response = self.post(client, new_png(1000, 1000))

        assert (response.status_code, error_code(response)) == (429, "rate_limited")
        assert 55 <= int(response.headers["Retry-After"]) <= 60
        assert fake_pipeline.pictures == 1

    def test_embeddings_come_on_request(self, client, fake_pipeline):
        plain = self.post(client, new_png()).json()
        full = self.post(client, new_png(), embedding="true").json()

        assert "embedding" not in plain["faces"][0]
        assert len(full["faces"][0]["embedding"]) == 1024
        assert "embedding_net" in plain["faces"][0]

    def test_a_picture_is_needed(self, client, fake_pipeline):
        response = client.post(url("analyze"), {}, format="multipart")

        assert response.status_code == 400
        assert list(response.json()["error"]["fields"]) == ["image"]

    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [
            (b"hello, this is no picture at all", 422, "not_an_image"),
            (new_png()[:200], 422, "truncated"),
            (png_bomb(), 422, "too_many_pixels"),
            (new_png(20, 20), 422, "too_small"),
        ],
    )
    def test_bad_pictures_are_refused_as_for_ingest(
        self, client, fake_pipeline, content, status, code
    ):
        response = self.post(client, content)

        assert (response.status_code, error_code(response)) == (status, code)

    def test_a_file_that_is_too_large_is_refused(self, client, fake_pipeline, settings):
        settings.DAM_MAX_UPLOAD_BYTES = 100

        response = self.post(client, new_png())

        assert (response.status_code, error_code(response)) == (413, "too_large")

    def test_unusable_nets_are_the_services_fault(self, client, monkeypatch):
        def no_nets(*_, **__):
            raise NetError("net_missing", "The net is gone.")

        monkeypatch.setattr(nets, "load_pipeline", no_nets)

        response = self.post(client, new_png())

        assert (response.status_code, error_code(response)) == (503, "net_missing")

    def test_only_the_key_and_tags_are_looked_up(
        self, client, fake_pipeline, django_assert_num_queries
    ):
        self.post(client, new_png())

        with django_assert_num_queries(3):  # key, custom tags, use
            self.post(client, new_png())


class TestRuns:
    def test_a_run_shows_its_state(self, client):
        run = make_run(status="failed", attempts=5, error_code="gave_up", error_message="Five.")

        shown = client.get(url("run", uid=run.uid)).json()

        assert (
            shown.items()
            >= {
                "uid": str(run.uid),
                "asset": str(run.asset.uid),
                "pipeline_version": run.pipeline_version,
                "status": "failed",
                "attempts": 5,
                "face_count": None,
                "error": {"code": "gave_up", "message": "Five."},
                "started_at": None,
                "finished_at": None,
            }.items()
        )

    def test_the_newest_run_comes_first(self, client):
        runs = [make_run(), make_run()]

        shown = client.get(url("run-list")).json()["results"]

        assert [run["uid"] for run in shown] == [str(run.uid) for run in reversed(runs)]

    def test_runs_of_one_state(self, client):
        make_run()
        failed = make_run(status="failed")

        shown = client.get(url("run-list"), {"status": "failed"}).json()["results"]

        assert [run["uid"] for run in shown] == [str(failed.uid)]

    def test_runs_of_one_asset(self, client):
        make_run()
        wanted = make_run()

        shown = client.get(url("run-list"), {"asset": str(wanted.asset.uid)}).json()["results"]

        assert [run["uid"] for run in shown] == [str(wanted.uid)]

    @pytest.mark.parametrize(("name", "value"), [("status", "lost"), ("asset", "x")])
    def test_odd_values_are_refused(self, client, name, value):
        response = client.get(url("run-list"), {name: value})

        assert response.status_code == 400
        assert list(response.json()["error"]["fields"]) == [name]

    def test_the_number_of_queries_does_not_grow(self, client, django_assert_num_queries):
        for _ in range(3):
            make_run()

        with django_assert_num_queries(2):  # key, runs with assets
            client.get(url("run-list"))
