"""Scaleflex' asset API over HTTP: stored pictures as files."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from analysis.tagging import correct_tag
from dam.addresses import read_networks
from dam.models import ApiKey, Asset
from tests.dam.misbehaving import MisbehavingServer, answer
from tests.factories import make_api_key, make_asset, make_face, make_user
from tests.fakes import FakePipeline
from tests.pictures import new_png

FILES = "/fdocs/v4/files"
STARTS = ("/fdocs/v4", "/fdocs/v5", "/scaleflex/fdocs/v4", "/scaleflex/fdocs/v5")


@pytest.fixture(autouse=True)
def _pipeline(fake_pipeline: FakePipeline, sent_run_ids: list[int]) -> None:
    """Pictures that come in are queued, and no broker is needed."""


@pytest.fixture
def client(db: None) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_X_FILEROBOT_KEY=make_api_key(*ApiKey.Scope).text)
    # Noting when the key was last used is a query that only the first request does.
    client.get(FILES)
    return client


@pytest.fixture
def server(settings) -> Iterator[MisbehavingServer]:
    settings.DAM_FETCH_NETWORKS = read_networks(["127.0.0.1"])
    server = MisbehavingServer()
    for number in range(20):
        server.answers[f"/{number}.png"] = answer(new_png())
    with server.running():
        yield server


def part(content: bytes | None = None, name: str = "boat.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or new_png(), "image/png")


def upload(client: APIClient, content: bytes | None = None, url: str = FILES):
    return client.post(url, {"file": part(content)}, format="multipart")


class TestUpload:
    @pytest.mark.parametrize("start", STARTS)
    def test_file_is_stored_at_each_address(self, client, start):
        response = upload(client, url=f"{start}/files")

        body, asset = response.json(), Asset.objects.get()
        assert response.status_code == 200
        assert body["status"] == "success"
        assert body["file"]["uuid"] == str(asset.uid)
        assert body["file"]["name"] == "boat.png"
        assert asset.source == Asset.Source.API

    def test_address_may_end_in_a_slash(self, client):
        assert upload(client, url=f"{FILES}/").status_code == 200

    def test_folder_of_the_query_is_kept(self, client):
        body = upload(client, url=f"{FILES}?folder=/2021/summer").json()

        assert body["file"]["folder"] == {"name": "/2021/summer"}

    def test_known_file_is_left_as_it_is(self, client):
        content = new_png()
        first = upload(client, content).json()

        response = upload(client, content)

        body = response.json()
        assert response.status_code == 200
        assert body["status"] == "error"
        assert body["code"] == "SAME_ASSET_EXISTS_SKIP_UPLOAD"
        assert body["existing_file_uuid"] == first["file"]["uuid"]
        assert body["msg"]
        assert body["hint"]
        assert Asset.objects.count() == 1

    def test_several_parts_each_have_their_outcome(self, client):
        known = new_png()
        upload(client, known)

        body = client.post(
            FILES,
            {"files[]": [part(), part(known, "known.png"), part(b"text", "notes.txt")]},
            format="multipart",
        ).json()

        assert body["status"] == "success"
        assert [file["name"] for file in body["files"]] == ["boat.png", "boat.png"]
        assert [error["code"] for error in body["errors"]] == [
            "SAME_ASSET_EXISTS_SKIP_UPLOAD",
            "FILE_NOT_AN_IMAGE",
        ]
        assert body["errors"][1]["name"] == "notes.txt"

    def test_base64_is_stored(self, client):
        data = {
            "name": "boat.png",
            "data": base64.b64encode(new_png()).decode(),
            "postactions": "decode_base64",
        }

        assert client.post(FILES, data).json()["file"]["name"] == "boat.png"

    def test_address_is_fetched(self, client, server):
        entry = {"url": server.url("/0.png"), "meta": {"title": "Boat"}}

        body = client.post(FILES, {"files_urls": [entry]}).json()

        assert body["file"]["name"] == "0.png"

    def test_what_is_said_of_a_part_is_kept(self, client):
        said = '{"title": "Boat \u00e9 <1>", "tags": ["sea", "sail"], "ean": "4006381333931"}'

        body = client.post(
            FILES,
            {"file": part(), "meta[file]": said, "name[file]": "ship.png"},
            format="multipart",
        ).json()

        assert body["file"]["name"] == "ship.png"
        assert body["file"]["meta"]["title"] == "Boat é <1>"
        assert body["file"]["meta"]["keywords"] == ["sea", "sail"]

    def test_what_is_said_of_an_address_is_kept(self, client, server):
        meta = {"description": {"en": "At sea"}, "keywords": "sea, sail"}

        body = client.post(FILES, {"files_urls": [{"url": server.url("/0.png"), "meta": meta}]})

        assert body.json()["file"]["meta"]["description"] == "At sea"
        assert body.json()["file"]["meta"]["keywords"] == ["sea", "sail"]

    @pytest.mark.parametrize("said", ["{", "[]", "7", '"a"'])
    def test_what_is_said_in_no_object_is_refused(self, client, said):
        response = client.post(FILES, {"file": part(), "meta[file]": said}, format="multipart")

        assert response.status_code == 400
        assert response.json()["code"] == "INVALID_PARAMETER"

    def test_letters_that_cannot_be_written_are_left_out(self, client):
        data = {
            "name": "a\ud800\u0000.png",
            "data": base64.b64encode(new_png()).decode(),
            "meta": {"title": "a\ud800\u0000b", "tags": [7, {}, "\ufffe", "c"]},
        }
        body = json.dumps(data)

        file = client.post(FILES, body, content_type="application/json").json()["file"]

        assert file["name"] == "a.png"
        assert file["meta"]["title"] == "ab"
        assert file["meta"]["keywords"] == ["c"]

    def test_name_of_an_address_counts(self, client, server):
        entry = {"url": server.url("/0.png"), "name": "boat.png"}

        assert client.post(FILES, {"files_urls": [entry]}).json()["file"]["name"] == "boat.png"

    def test_twenty_addresses_are_fetched(self, client, server):
        entries = [{"url": server.url(f"/{number}.png")} for number in range(20)]

        body = client.post(FILES, {"files_urls": entries}).json()

        assert [file["name"] for file in body["files"]] == [f"{n}.png" for n in range(20)]
        assert body["errors"] == []

    def test_more_than_twenty_addresses_are_refused(self, client, server):
        entries = [{"url": server.url("/0.png")}] * 21

        response = client.post(FILES, {"files_urls": entries})

        assert response.status_code == 400
        assert response.json()["code"] == "INVALID_PARAMETER"
        assert server.requests == []

    def test_bad_address_does_not_stop_the_others(self, client, server):
        entries = [{"url": "http://169.254.169.254/a.png"}, {"url": server.url("/1.png")}]

        body = client.post(FILES, {"files_urls": entries}).json()

        assert [file["name"] for file in body["files"]] == ["1.png"]
        assert [error["code"] for error in body["errors"]] == ["URL_REFUSED"]

    def test_only_bad_addresses_are_an_error(self, client):
        entries = [{"url": "http://127.0.0.1/a.png"}, {"url": "ftp://example.org/"}]

        response = client.post(FILES, {"files_urls": entries})

        assert response.status_code == 422
        assert response.json()["status"] == "error"
        assert [one["code"] for one in response.json()["errors"]] == ["URL_REFUSED", "URL_INVALID"]

    def test_file_that_is_no_picture_is_refused(self, client):
        response = upload(client, b"text")

        assert response.status_code == 422
        assert response.json()["code"] == "FILE_NOT_AN_IMAGE"

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"files_urls": "a"},
            {"files_urls": []},
            {"files_urls": ["http://example.org/a.png"]},
            {"files_urls": [{"name": "a"}]},
            {"files_urls": [{"url": "http://example.org/a.png", "name": 7}]},
            {"data": 7},
            {"data": "!"},
        ],
    )
    def test_values_that_make_no_sense_are_refused(self, client, data):
        response = client.post(FILES, data)

        assert response.status_code == 400
        assert response.json()["code"] == "INVALID_PARAMETER"


class TestFile:
    def file_of(self, client: APIClient, asset: Asset):
        return client.get(f"{FILES}/{asset.uid}").json()["file"]

    def test_file_is_described(self, client):
        asset = make_asset(name="boat.PNG")

        file = self.file_of(client, asset)

        assert file["uuid"] == str(asset.uid)
        assert (file["extension"], file["type"]) == ("png", "image/png")
        assert file["size"]["bytes"] == asset.size_bytes
        assert (file["info"]["img_w"], file["info"]["img_h"]) == (96, 64)
        assert file["info"]["face_analysis"]["status"] == "queued"

    def test_result_lands_on_the_file(self, client):
        asset = make_asset()
        make_face(asset)

        face = self.file_of(client, asset)["info"]["faces"]["face_0"]

        assert face["box"] == [10, 10, 40, 50]
        assert len(face["landmarks"]) == 105

    def test_what_a_person_said_is_among_the_tags(self, client):
        face = make_face(make_asset())
        correct_tag(face, facet="glasses", value="sunglasses", user=make_user())

        assert "glasses:sunglasses" in self.file_of(client, face.asset)["tags"]

    def test_reading_that_is_off_is_not_told(self, client, settings):
        face = make_face(make_asset())
        settings.DAM_READINGS_OFF = ["age", "gender"]

        file = self.file_of(client, face.asset)

        shown = file["info"]["faces"]["face_0"]
        assert (shown["age"], shown["gender"]) == (0, "")
        assert not any(tag.startswith("gender:") for tag in file["tags"])

    def test_address_of_the_bytes_needs_the_same_key(self, client):
        content = new_png()
        asset = make_asset(content)
        path = urlsplit(self.file_of(client, asset)["url"]["cdn"]).path

        response = client.get(path)

        assert b"".join(response.streaming_content) == content
        assert APIClient().get(path).status_code == 401

    def test_unknown_file_is_not_found(self, client):
        response = client.get(f"{FILES}/{uuid4()}")

        assert response.status_code == 404
        assert response.json()["code"] == "NOT_FOUND"

    def test_file_is_deleted(self, client):
        asset = make_asset()

        response = client.delete(f"{FILES}/{asset.uid}")

        assert response.json() == {"status": "success", "uuid": str(asset.uid)}
        assert not Asset.objects.exists()

    def test_unknown_file_is_not_deleted(self, client):
        assert client.delete(f"{FILES}/{uuid4()}").status_code == 404


class TestList:
    def names(self, client: APIClient, query: str = "") -> list[str]:
        return [file["name"] for file in client.get(f"{FILES}?{query}").json()["files"]]

    def test_files_are_listed_the_newest_first(self, client):
        make_asset(name="a.png")
        make_asset(name="b.png")

        body = client.get(FILES).json()

        assert [file["name"] for file in body["files"]] == ["b.png", "a.png"]
        assert body["info"] == {"total_files_count": 2, "files_count": 2}

    def test_part_of_the_list_is_asked_for(self, client):
        for name in "abc":
            make_asset(name=name)

        assert self.names(client, "limit=1&offset=1") == ["b"]

    def test_folder_is_asked_for(self, client):
        upload(client, url=f"{FILES}?folder=/boats")
        make_asset(name="other.png")

        assert self.names(client, "folder=/boats/") == ["boat.png"]

    @pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=a", "offset=-1"])
    def test_numbers_that_make_no_sense_are_refused(self, client, query):
        response = client.get(f"{FILES}?{query}")

        assert response.status_code == 400
        assert response.json()["code"] == "INVALID_PARAMETER"

    def test_number_of_queries_does_not_grow(self, client, django_assert_num_queries):
        def queries() -> int:
            with django_assert_num_queries(8):
                client.get(FILES)

        for _ in range(2):
            make_face(make_asset())
        queries()
        for _ in range(3):
            make_face(make_asset())
        queries()


class TestKeys:
    def test_no_key_is_refused(self, db):
        for method in ("get", "post"):
            response = getattr(APIClient(), method)(FILES)
            assert response.status_code == 401
            assert response.json()["code"] == "KEY_MISSING"

    def test_key_that_may_only_read_reads(self, db):
        asset = make_asset()
        client = APIClient(headers={"X-Filerobot-Key": make_api_key(ApiKey.Scope.READ).text})

        assert client.get(FILES).status_code == 200
        assert client.get(f"{FILES}/{asset.uid}").status_code == 200
        assert upload(client).status_code == 403
        assert client.delete(f"{FILES}/{asset.uid}").status_code == 403
