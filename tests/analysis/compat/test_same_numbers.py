"""One picture, three routes: our own, AILabTools' and Scaleflex' answers say the same of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.cbook
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from analysis.pipeline.types import FaceResult, Image
from dam.api_keys import create_api_key
from dam.models import ApiKey
from tests.analysis.compat.seen_faces import HEIGHT, WIDTH, seen_faces
from tests.fakes import FakePipeline
from tests.pictures import encoded, picture

QUALITIES = {
    "score": "score_list",
    "noise": "noise_list",
    "blur": "blur_list",
    "fnf": "fnf_list",
    "glass": "glass_list",
    "mask": "mask_list",
    "illumination": "illu_list",
    "pose": "pose_list",
}


class SeeingPipeline(FakePipeline):
    """Finds the faces of the golden files in every picture."""

    def analyze(self, image: Image) -> list[FaceResult]:
        return seen_faces(3)


@dataclass(frozen=True)
class Answers:
    native: dict[str, Any]
    ailab: dict[str, Any]
    scaleflex: dict[str, Any]

    def faces(self) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
        """Return number, native and Scaleflex face of each."""
        theirs = self.scaleflex["faces"].values()
        pairs = zip(self.native["faces"], theirs, strict=True)
        return [(number, ours, face) for number, (ours, face) in enumerate(pairs)]

    def of_ailab(self, name: str, number: int, *, length: int = 1) -> list[float]:
        """Return the numbers of one face out of a flat list."""
        return self.ailab["data"][name][number * length : (number + 1) * length]


def ask_all(content: bytes) -> Answers:
    key = create_api_key(name="test", scopes=[ApiKey.Scope.ANALYZE]).text
    headers = {
        "Authorization": f"Api-Key {key}",
        "ailabapi-api-key": key,
        "X-Filerobot-Key": key,
    }
    client = APIClient(headers=headers)

    def post(url: str, field: str) -> dict[str, Any]:
        file = SimpleUploadedFile("picture", content)
        response = client.post(url, {field: file}, format="multipart")
        assert response.status_code == 200, response.content
        return response.json()

    return Answers(
        native=post("/api/v1/analyze", "image"),
        ailab=post("/api/portrait/analysis/face-analyzer-advanced", "image"),
        scaleflex=post("/scaleflex/face-analysis", "file"),
    )


@pytest.fixture
def answers(db: None, use_pipeline: Callable[[FakePipeline], FakePipeline]) -> Answers:
    use_pipeline(SeeingPipeline())
    return ask_all(encoded(picture(WIDTH, HEIGHT)))


def compare(answers: Answers) -> None:
    """Convert each answer into the others' terms, and compare all that two of them tell."""
    count = len(answers.native["faces"])
    assert count == answers.ailab["data"]["face_count"] == len(answers.scaleflex["faces"]) > 0
    for number, ours, theirs in answers.faces():
        compare_places(answers, number, ours, theirs)
        compare_readings(answers, number, ours, theirs)
        for name, listed in QUALITIES.items():
            assert answers.ailab["data"]["qualities"][listed][number] == ours["quality"][name]


def compare_places(answers: Answers, number: int, ours: Any, theirs: Any) -> None:
    box, (x1, y1, x2, y2) = ours["box"], theirs["box"]
    # The native box has two decimals, so the sum of two may be rounded to the other side.
    edges = [box["left"], box["top"], box["left"] + box["width"], box["top"] + box["height"]]
    assert np.abs(np.subtract(theirs["box"], edges)).max() <= 0.51
    assert answers.of_ailab("face_rectangles", number, length=4) == [x1, y1, x2 - x1, y2 - y1]

    assert theirs["landmarks"] == ours["landmarks"]
    flat = answers.of_ailab("landmarks", number, length=210)
    assert np.reshape(flat, (105, 2)).tolist() == ours["landmarks"]

    pupils = [
        ours["pupils"][side][name] for side in ("left", "right") for name in ["x", "y", "radius"]
    ]
    assert answers.of_ailab("pupils", number, length=6) == pupils
    pose = [ours["pose"][name] for name in ("yaw", "pitch", "roll")]
    assert answers.of_ailab("pose_list", number, length=3) == pose


def compare_readings(answers: Answers, number: int, ours: Any, theirs: Any) -> None:
    readings = ours["readings"]
    likeliest = max(readings["gender"], key=readings["gender"].get)
    assert theirs["gender"] == likeliest.capitalize()
    assert answers.of_ailab("gender_list", number) == [["female", "male"].index(likeliest)]

    assert answers.of_ailab("age_list", number) == [theirs["age"]]
    assert abs(theirs["age"] - min(readings["age"], 100)) <= 0.51

    for ours_name, shown, dominant in (
        ("emotion", "emotions", "dominant_emotion"),
        ("ethnicity", "races", "dominant_race"),
    ):
        shares = {name.replace("_", " "): share for name, share in readings[ours_name].items()}
        assert list(theirs[shown]) == list(shares)
        for name, share in shares.items():
            assert theirs[shown][name] == pytest.approx(100 * share, abs=0.0051)
        assert shares[theirs[dominant]] == max(shares.values())

    for name, listed, labels in (
        ("smile", "expressions", ["none", "smile"]),
        ("glasses", "glasses", ["none", "glasses", "sunglasses"]),
        ("mask", "masks", ["none", "worn", "incorrect"]),
        ("hat", "hat_list", ["none", "hat"]),
    ):
        (code,) = answers.of_ailab(listed, number)
        assert readings[name][labels[int(code)]] == max(readings[name].values())
    assert answers.of_ailab("beauty_list", number) == [readings["beauty"]]


def test_three_routes_tell_the_same_numbers(answers: Answers):
    compare(answers)


def test_three_routes_tell_the_same_order(answers: Answers):
    order = [ours["position"] for _, ours, _ in answers.faces()]

    assert order == [0, 1, 2]
    assert list(answers.scaleflex["faces"]) == ["face_0", "face_1", "face_2"]


@pytest.mark.nets
def test_three_routes_tell_the_same_of_a_photo(db: None):
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)

    compare(ask_all(Path(path).read_bytes()))
