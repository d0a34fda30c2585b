"""Scaleflex' face analysis over HTTP."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from analysis import tasks
from analysis.compat.scaleflex import pictures
from analysis.models import AnalysisRun
from dam.addresses import read_networks
from dam.api_keys import revoke_api_key
from dam.models import ApiKey, Asset, KeyUsage
from tests.dam.misbehaving import MisbehavingServer, answer
from tests.factories import make_api_key, make_asset
from tests.fakes import VERSION, FakePipeline
from tests.pictures import encoded, new_png, picture

URL = "/scaleflex/face-analysis"
REGENERATE = "/scaleflex/regenerate/face-analysis"


@pytest.fixture
def client(db: None) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_X_FILEROBOT_KEY=make_api_key().text)
    return client


@pytest.fixture
def server(settings) -> Iterator[MisbehavingServer]:
    settings.DAM_FETCH_NETWORKS = read_networks(["127.0.0.1"])
    server = MisbehavingServer()
    server.answers["/albums/friends.png"] = answer(new_png())
    with server.running():
        yield server


def upload(client: APIClient, content: bytes | None = None, name: str = "friends.png"):
    file = SimpleUploadedFile(name, content or new_png(), "image/png")
    return client.post(URL, {"file": file}, format="multipart")


class TestFaceAnalysis:
    def test_file_is_analyzed(self, client, fake_pipeline):
        body = upload(client).json()

        assert body["status"] == "success"
        assert body["version"] == VERSION
        assert body["file_downloaded"] == "friends.png"
        assert list(body["faces"]) == ["face_0", "face_1"]
        assert body["faces"]["face_0"]["box"] == [0, 6, 38, 45]
        assert UUID(body["request_uuid"]).version == 4

    def test_nothing_is_stored_as_an_asset(self, client, fake_pipeline):
        upload(client)

        assert not Asset.objects.exists()

    def test_base64_is_analyzed(self, client, fake_pipeline):
        text = base64.b64encode(new_png()).decode()

        body = client.post(URL, {"base64": text, "name": "a/b/friends.png"}).json()

        assert body["file_downloaded"] == "friends.png"
        assert len(body["faces"]) == 2

    def test_base64_may_be_a_data_url_with_line_breaks(self, client, fake_pipeline):
        text = base64.encodebytes(new_png()).decode()

        body = client.post(URL, {"base64": f"data:image/png;base64,{text}"}).json()

        assert body["status"] == "success"

    def test_base64_of_several_megabytes_is_analyzed(self, client, fake_pipeline):
        noise = np.random.default_rng(0).integers(0, 256, (1100, 1100, 3), np.uint8)
        content = encoded(Image.fromarray(noise))
        assert len(content) > 3_000_000

        response = client.post(URL, {"base64": base64.b64encode(content).decode()})

        assert response.status_code == 200

    def test_url_is_analyzed(self, client, fake_pipeline, server):
        body = client.post(URL, {"url": server.url("/albums/friends.png")}).json()

        assert body["file_downloaded"] == "friends.png"
        assert len(body["faces"]) == 2

    def test_no_faces_are_a_success(self, client, use_pipeline):
        use_pipeline(FakePipeline(shares=()))

        response = upload(client)

        assert response.status_code == 200
        assert response.json()["faces"] == {}

    @pytest.mark.parametrize("header", ["X-Filerobot-Key", "Filerobot-Key"])
    def test_both_headers_hold_the_key(self, db, fake_pipeline, header):
        headers = {header: make_api_key().text, "Filerobot-Token": "any"}

        response = APIClient(headers=headers).post(
            URL, {"base64": base64.b64encode(new_png()).decode()}
        )

        assert response.status_code == 200

    def test_our_own_header_works_too(self, api, fake_pipeline):
        assert upload(api).status_code == 200

    def test_usage_of_the_key_is_counted(self, client, fake_pipeline):
        upload(client)

        usage = KeyUsage.objects.get()
        assert (usage.requests, usage.pictures, usage.pixels, usage.faces) == (1, 1, 96 * 64, 2)

    def test_key_beyond_its_limit_is_told_when_to_come_back(self, client, fake_pipeline):
        ApiKey.objects.update(requests_per_minute=1)
        upload(client)

        response = upload(client)

        assert response.status_code == 429
        assert response.json()["code"] == "RATE_LIMIT_EXCEEDED"
        assert int(response.headers["Retry-After"]) > 0


class TestErrors:
    def told(self, response, status: int) -> str:
        assert response.status_code == status
        body = response.json()
        assert list(body) == ["status", "code", "msg", "hint"]
        assert body["status"] == "error"
        assert body["msg"]
        return body["code"]

    def test_no_key(self, db):
        response = APIClient().post(URL)

        assert self.told(response, 401) == "KEY_MISSING"
        assert response.json()["hint"]

    def test_wrong_key(self, db):
        client = APIClient(headers={"X-Filerobot-Key": "19692813e7364ef8"})

        assert self.told(client.post(URL), 401) == "KEY_INVALID"

    def test_revoked_key(self, db):
        key = make_api_key()
        revoke_api_key(key.api_key.prefix)
        client = APIClient(headers={"X-Filerobot-Key": key.text})

        assert self.told(client.post(URL), 401) == "KEY_INVALID"

    def test_key_that_may_only_read(self, db):
        client = APIClient(headers={"X-Filerobot-Key": make_api_key(ApiKey.Scope.READ).text})

        assert self.told(client.post(URL), 403) == "KEY_PERMISSION_MISSING"

    def test_person_who_is_signed_in_has_no_key(self, browser):
        assert self.told(browser.post(URL), 401) == "KEY_MISSING"

    @pytest.mark.parametrize(
        "data",
        [{}, {"base64": 7}, {"base64": "!"}, {"url": 7}, {"url": ["a"]}, {"url": "a", "name": 1}],
    )
    def test_values_that_make_no_sense(self, client, data):
        assert self.told(client.post(URL, data), 400) == "INVALID_PARAMETER"

    @pytest.mark.parametrize("text", ["", "{", "[]", "7", '"a"', "[" * 100_000])
    def test_body_that_is_no_object(self, client, text):
        response = client.post(URL, text, content_type="application/json")

        assert response.status_code == 400

    def test_multipart_without_a_file(self, client):
        response = client.post(URL, {"other": "a"}, format="multipart")

        assert self.told(response, 400) == "INVALID_PARAMETER"

    def test_other_content_type(self, client):
        response = client.post(URL, b"abc", content_type="image/png")

        assert self.told(response, 415) == "UNSUPPORTED_MEDIA_TYPE"

    def test_other_method(self, client):
        assert self.told(client.get(URL), 405) == "METHOD_NOT_ALLOWED"

    def test_file_that_is_no_picture(self, client, fake_pipeline):
        assert self.told(upload(client, b"hello"), 422) == "FILE_NOT_AN_IMAGE"

    def test_file_that_is_damaged(self, client, fake_pipeline):
        whole = encoded(picture(300, 200), "JPEG")

        assert self.told(upload(client, whole[: len(whole) // 2]), 422) == "FILE_DAMAGED"

    def test_file_that_is_empty(self, client, fake_pipeline):
        response = client.post(URL, {"base64": ""})

        assert self.told(response, 422) == "FILE_EMPTY"

    def test_file_that_is_too_large(self, client, fake_pipeline, settings):
        settings.DAM_MAX_UPLOAD_BYTES = 100

        assert self.told(upload(client), 413) == "FILE_TOO_LARGE"

    def test_json_that_is_too_large(self, client, fake_pipeline, settings):
        settings.DAM_MAX_UPLOAD_BYTES = 100

        response = client.post(URL, {"base64": "A" * 1_100_000})

        assert self.told(response, 413) == "FILE_TOO_LARGE"

    def test_picture_that_is_too_small(self, client, fake_pipeline):
        response = upload(client, encoded(picture(8, 8)))

        assert self.told(response, 422) == "FILE_RESOLUTION_TOO_SMALL"

    @pytest.mark.parametrize(
        ("url", "status", "code"),
        [
            ("file:///etc/passwd", 400, "URL_INVALID"),
            ("http://169.254.169.254/", 422, "URL_REFUSED"),
            ("http://localhost/", 422, "URL_REFUSED"),
        ],
    )
    def test_address_that_may_not_be_fetched(self, client, fake_pipeline, url, status, code):
        assert self.told(client.post(URL, {"url": url}), status) == code

    def test_address_without_a_file(self, client, fake_pipeline, server):
        server.answers["/none"] = answer(status="404 Not Found")

        response = client.post(URL, {"url": server.url("/none")})

        assert self.told(response, 422) == "URL_BAD_ANSWER"


class TestDrawing:
    def drawn_url(self, client) -> str:
        result = upload(client).json()["result"]
        assert result.startswith("http://testserver/scaleflex/deliver/")
        return urlsplit(result).path

    def test_result_is_a_png_that_needs_no_key(self, client, fake_pipeline):
        response = APIClient().get(self.drawn_url(client))

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "image/png"
        image = Image.open(io.BytesIO(b"".join(response.streaming_content)))
        assert (image.format, image.size) == ("PNG", (96, 64))

    def test_address_has_the_request_in_its_path(self, client, fake_pipeline):
        body = upload(client).json()

        assert body["result"].endswith(f"/{body['request_uuid']}.png")

    def test_address_that_is_guessed_leads_nowhere(self, client, fake_pipeline):
        url = self.drawn_url(client)

        response = APIClient().get(f"{url.rpartition('/')[0]}/{uuid4()}.png")

        assert response.status_code == 404
        assert response.json()["status"] == "error"

    @pytest.mark.parametrize("hour", ["originals", "99999999", "2026112199"])
    def test_hour_that_is_none_leads_nowhere(self, db, hour):
        assert APIClient().get(f"/scaleflex/deliver/{hour}/{uuid4()}.png").status_code == 404

    def test_drawing_is_there_for_a_limited_time(
        self, client, fake_pipeline, monkeypatch, settings
    ):
        settings.DAM_DRAWN_HOURS = 2
        url, now = self.drawn_url(client), timezone.now()

        def status_after(hours: float) -> int:
            later = now + timedelta(hours=hours)
            monkeypatch.setattr(pictures.timezone, "now", lambda: later)
            response = APIClient().get(url)
            response.close()
            return response.status_code

        assert [status_after(1.9), status_after(3.1)] == [200, 404]

    def test_old_drawings_are_removed(self, client, fake_pipeline, settings):
        hour = self.drawn_url(client).split("/")[3]
        default_storage.save("drawn/2020010100/old.png", io.BytesIO(b"old"))

        tasks.remove_old_drawn()

        assert not default_storage.exists("drawn/2020010100/old.png")
        assert default_storage.listdir("drawn")[0] == [hour]

    def test_nothing_is_drawn_where_that_is_off(self, client, fake_pipeline, settings):
        settings.DAM_DRAWN_HOURS = 0

        assert upload(client).json()["result"] == ""


class TestRegenerate:
    def test_stored_files_are_queued(self, client, fake_pipeline, sent_run_ids):
        asset = make_asset()

        response = client.post(REGENERATE, {"uuids": [str(asset.uid)]})

        run = AnalysisRun.objects.get(asset=asset)
        assert response.status_code == 201
        assert response.json() == {
            "status": "success",
            "version": VERSION,
            "result": "Triggered regeneration process for 'face-analysis'",
            "elements": 1,
            "uuids": [str(asset.uid)],
        }
        assert run.status == "queued"
        assert sent_run_ids[-1:] == [run.pk]

    def test_finished_analysis_is_done_again(self, client, fake_pipeline, sent_run_ids):
        asset = make_asset()
        AnalysisRun.objects.filter(asset=asset).delete()
        AnalysisRun.objects.create(asset=asset, pipeline_version=VERSION, status="succeeded")

        client.post(REGENERATE, {"uuids": [str(asset.uid)]})

        assert AnalysisRun.objects.get(asset=asset).status == "queued"

    def test_address_of_a_library_works_too(self, client, fake_pipeline, sent_run_ids):
        asset = make_asset()

        for start in ("/fdocs/v4", "/fdocs/v5", "/scaleflex/fdocs/v4", "/scaleflex/fdocs/v5"):
            response = client.post(f"{start}/regenerate/face-analysis", {"uuids": [str(asset.uid)]})
            assert response.status_code == 201

    def test_unknown_files_are_left_out(self, client, fake_pipeline, sent_run_ids):
        asset = make_asset()

        body = client.post(REGENERATE, {"uuids": [str(uuid4()), str(asset.uid)]}).json()

        assert (body["elements"], body["uuids"]) == (1, [str(asset.uid)])

    def test_only_unknown_files_are_an_error(self, client, fake_pipeline):
        response = client.post(REGENERATE, {"uuids": [str(uuid4())]})

        assert response.status_code == 404
        assert response.json()["code"] == "NOT_FOUND"

    @pytest.mark.parametrize("uuids", [None, [], "a", ["a"], [7], {"a": 1}, [str(uuid4())] * 1001])
    def test_list_that_makes_no_sense_is_refused(self, client, uuids):
        response = client.post(REGENERATE, {"uuids": uuids})

        assert response.status_code == 400
        assert response.json()["code"] == "INVALID_PARAMETER"

    def test_key_that_may_only_read_is_refused(self, db):
        client = APIClient(headers={"Filerobot-Key": make_api_key(ApiKey.Scope.READ).text})

        assert client.post(REGENERATE, {"uuids": []}).status_code == 403

    def test_number_of_queries_does_not_grow(
        self, client, fake_pipeline, sent_run_ids, django_assert_num_queries
    ):
        uuids = [str(make_asset().uid) for _ in range(4)]
        client.post(REGENERATE, {"uuids": uuids})

        with django_assert_num_queries(5):
            client.post(REGENERATE, {"uuids": uuids[:1]})
        with django_assert_num_queries(5):
            client.post(REGENERATE, {"uuids": uuids})
