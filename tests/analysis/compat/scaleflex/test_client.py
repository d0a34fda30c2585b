"""What a DAM's client does with Scaleflex' addresses, over HTTP against a running server."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from PIL import Image

from analysis import tasks
from dam.models import ApiKey
from tests.factories import make_api_key
from tests.fakes import FakePipeline
from tests.pictures import new_png


class DamClient:
    """Speaks to a base address as clients of the vendor do, with its headers and nothing else."""

    def __init__(self, base_url: str, *, token: str, key: str) -> None:
        self.base_url = base_url
        self.token = token
        self.headers = {"X-Filerobot-Key": key, "Filerobot-Token": token}

    def send(self, method: str, url: str, **options: Any) -> requests.Response:
        return requests.request(method, url, headers=self.headers, timeout=30, **options)

    def analyze(self, content: bytes, *, name: str) -> dict[str, Any]:
        url = f"{self.base_url}/scaleflex/face-analysis"
        return self.send("post", url, files={"file": (name, content)}).json()

    def upload(self, content: bytes, *, name: str) -> dict[str, Any]:
        """Store a file, or return the one that is there, as the vendor's uploader does."""
        answer = self.send(
            "post",
            self._files(),
            params={"folder": "/boats"},
            files={"file": (name, content)},
        ).json()
        if answer.get("code") == "SAME_ASSET_EXISTS_SKIP_UPLOAD":
            answer = self.send("get", self._files(answer["existing_file_uuid"])).json()
        assert answer["status"] == "success"
        return answer["file"]

    def file(self, uid: str) -> dict[str, Any]:
        return self.send("get", self._files(uid)).json()["file"]

    def regenerate(self, uid: str) -> dict[str, Any]:
        url = f"{self.base_url}/{self.token}/v5/regenerate/face-analysis"
        response = self.send("post", url, json={"uuids": [uid]})
        assert response.status_code == 201
        return response.json()

    def delete(self, uid: str) -> dict[str, Any]:
        return self.send("delete", self._files(uid)).json()

    def _files(self, uid: str = "") -> str:
        return f"{self.base_url}/{self.token}/v5/files/{uid}".rstrip("/")


@pytest.fixture
def dam(live_server, fake_pipeline: FakePipeline, sent_run_ids: list[int]) -> DamClient:
    return DamClient(live_server.url, token="fdocs", key=make_api_key(*ApiKey.Scope).text)


def test_drawn_picture_is_where_the_answer_says(dam: DamClient):
    answer = dam.analyze(new_png(), name="friends.png")

    drawn = requests.get(answer["result"], timeout=30)

    assert (drawn.status_code, drawn.headers["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(drawn.content)).size == (96, 64)


def test_file_comes_back_as_it_was_sent(dam: DamClient):
    content = new_png()

    file = dam.upload(content, name="boat.png")

    assert dam.send("get", file["url"]["cdn"]).content == content


def test_file_that_is_known_is_gone_on_with(dam: DamClient):
    content = new_png()

    first, second = dam.upload(content, name="boat.png"), dam.upload(content, name="b.png")

    assert first["uuid"] == second["uuid"]


def test_results_of_a_regeneration_land_on_the_file(dam: DamClient, sent_run_ids: list[int]):
    file = dam.upload(new_png(), name="boat.png")
    assert file["info"]["faces"] == {}

    dam.regenerate(file["uuid"])
    tasks.analyze_asset(sent_run_ids[-1])

    info = dam.file(file["uuid"])["info"]
    assert info["face_analysis"]["status"] == "succeeded"
    assert list(info["faces"]) == ["face_0", "face_1"]


def test_deleted_file_is_gone(dam: DamClient):
    uid = dam.upload(new_png(), name="boat.png")["uuid"]

    dam.delete(uid)

    assert dam.send("get", dam._files(uid)).status_code == 404
