"""Scaleflex' errors that nothing but bad luck leads to; with the others each code is provoked."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from analysis import in_time, nets
from analysis.manifest import NetError
from dam.addresses import read_networks
from dam.storage import original_path
from tests.dam.misbehaving import MisbehavingServer, redirect, write_certificate
from tests.factories import make_api_key, make_asset
from tests.fakes import FakePipeline
from tests.pictures import new_png, png_bomb

URL = "/scaleflex/face-analysis"


@pytest.fixture
def client(db: None) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_X_FILEROBOT_KEY=make_api_key().text)
    return client


@pytest.fixture
def server(settings) -> Iterator[MisbehavingServer]:
    settings.DAM_FETCH_NETWORKS = read_networks(["127.0.0.1"])
    settings.DAM_FETCH_SECONDS = 0.5
    server = MisbehavingServer()
    with server.running():
        yield server


def told(response, status: int) -> str:
    assert response.status_code == status
    body = response.json()
    assert list(body) == ["status", "code", "msg", "hint"]
    assert (body["status"], bool(body["msg"])) == ("error", True)
    return body["code"]


def upload(client: APIClient, content: bytes | None = None):
    file = SimpleUploadedFile("a.png", content or new_png(), "image/png")
    return client.post(URL, {"file": file}, format="multipart")


def test_body_that_is_no_json(client):
    response = client.post(URL, "{", content_type="application/json")

    assert told(response, 400) == "PARSE_ERROR"


def test_file_of_another_kind(client, fake_pipeline):
    assert told(upload(client, b"%PDF-1.7\n"), 422) == "FILE_TYPE_UNSUPPORTED"


def test_file_of_too_many_pixels(client, fake_pipeline):
    assert told(upload(client, png_bomb()), 422) == "FILE_RESOLUTION_TOO_LARGE"


def test_file_that_is_gone(client):
    asset = make_asset()
    default_storage.delete(original_path(asset.digest, asset.media_type))

    response = client.get(f"/fdocs/v4/files/{asset.uid}/original")

    assert told(response, 404) == "FILE_MISSING"


def test_storage_that_does_not_answer(client, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"

    file = SimpleUploadedFile("a.png", new_png(), "image/png")
    response = client.post("/fdocs/v4/files", {"file": file}, format="multipart")

    assert told(response, 503) == "STORAGE_UNAVAILABLE"


def test_nets_that_cannot_be_used(client, monkeypatch):
    def fail(*_, **__):
        raise NetError("net_missing", "There is no detector.")

    monkeypatch.setattr(nets, "load_pipeline", fail)

    assert told(upload(client), 503) == "NET_MISSING"


def test_too_many_who_wait(client, fake_pipeline, monkeypatch):
    desk = in_time.Desk(threads=1, most_waiting=-1)
    monkeypatch.setattr(in_time, "_desk", lambda: desk)

    response = upload(client)

    assert told(response, 503) == "TOO_BUSY"
    assert response["Retry-After"]


def test_analysis_that_takes_too_long(client, use_pipeline, settings):
    class Slow(FakePipeline):
        def analyze(self, image):
            time.sleep(0.3)
            return super().analyze(image)

    use_pipeline(Slow())
    settings.DAM_ANALYZE_TIME_LIMIT_SECONDS = 0.05

    assert told(upload(client), 504) == "TOO_SLOW"


class TestAddresses:
    def fetched(self, client: APIClient, url: str) -> str:
        return told(client.post(URL, {"url": url}), 422)

    def test_redirects_without_end(self, client, server):
        server.answers["/around"] = redirect("/around")

        assert self.fetched(client, server.url("/around")) == "URL_TOO_MANY_REDIRECTS"

    def test_silence(self, client, server):
        server.answers["/silent"] = lambda *_: server.wait(5)

        assert self.fetched(client, server.url("/silent")) == "URL_TIMEOUT"

    def test_closed_port(self, client, server):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]

        assert self.fetched(client, f"http://127.0.0.1:{port}/") == "URL_UNREACHABLE"

    def test_certificate_that_nobody_vouches_for(self, client, server, tmp_path):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(write_certificate(tmp_path / "server.pem"))
        with MisbehavingServer(context).running() as https:
            assert self.fetched(client, https.url("/a.jpg")) == "URL_BAD_CERTIFICATE"


def test_each_code_of_the_table_is_provoked():
    table = (settings.BASE_DIR / "docs/compat.md").read_text().partition("## Scaleflex")[2]
    rows = re.findall(r"^\| \d{3}[^|]*\| (.*) \|$", table, re.MULTILINE)
    codes = {code for row in rows for code in re.findall(r"`([A-Z_]{4,})`", row)}
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))

    assert len(codes) > 20
    assert [code for code in sorted(codes) if f'"{code}"' not in tests] == []
