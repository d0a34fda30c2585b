from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.compat.ailab.advanced import is_large_enough, render
from analysis.pipeline.types import Box
from tests.analysis.compat.seen_faces import HEIGHT, WIDTH, seen_faces
from tests.fakes import fake_result

GOLDEN = Path(__file__).parents[1] / "golden"
PER_FACE = {
    "face_rectangles": 4,
    "face_probability_list": 1,
    "landmarks": 210,
    "pupils": 6,
    "pose_list": 3,
    "gender_list": 1,
    "age_list": 1,
    "expressions": 1,
    "glasses": 1,
    "masks": 1,
    "hat_list": 1,
    "beauty_list": 1,
}


def rendered(count: int):
    return render(seen_faces(count), width=WIDTH, height=HEIGHT)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_answer_is_the_golden_one_to_the_letter(count):
    golden = (GOLDEN / f"ailab_{count}.json").read_text()

    assert json.dumps(rendered(count), indent=1) + "\n" == golden


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_list_holds_so_many_numbers_for_each_face(count):
    data = rendered(count)["data"]

    assert {name: len(data[name]) for name in PER_FACE} == {
        name: count * length for name, length in PER_FACE.items()
    }
    assert {name: len(values) for name, values in data["qualities"].items()} == {
        f"{name}_list": count
        for name in ("score", "noise", "blur", "fnf", "glass", "mask", "illu", "pose")
    }


def test_box_is_left_top_width_height():
    assert rendered(1)["data"]["face_rectangles"] == [40, 31, 201, 240]


def test_angles_and_the_score_of_the_pose_are_two_lists():
    data = rendered(1)["data"]

    assert data["pose_list"] == [0.84, -2.23, -3.3]
    assert data["qualities"]["pose_list"] == [95.15]


def test_readings_become_the_numbers_of_the_vendor():
    data = rendered(3)["data"]

    assert data["gender_list"] == [0, 1, 0]
    assert data["expressions"] == [1, 0, 0]
    assert data["glasses"] == [1, 2, 0]
    assert data["masks"] == [0, 2, 1]
    assert data["hat_list"] == [1, 0, 0]
    assert data["age_list"] == [39, 100, 7]
    assert data["beauty_list"] == [52, 33.33, 0]


def test_embeddings_are_there_on_request_alone():
    faces = seen_faces(3)

    data = render(faces, width=WIDTH, height=HEIGHT, dense_features=True)["data"]

    vectors = np.array(data["dense_features"]).reshape(3, data["dense_feature_length"])
    assert np.abs(vectors - [face.embedding for face in faces]).max() < 1e-6
    assert "dense_features" not in rendered(3)["data"]


def test_what_was_not_read_is_neutral():
    face = replace(seen_faces(1)[0], readings={})

    data = render([face], width=WIDTH, height=HEIGHT)["data"]

    neutral = ("expressions", "glasses", "masks", "hat_list", "beauty_list", "age_list")
    assert [data[name] for name in neutral] == [[0]] * 6
    assert data["gender_list"] == [-1]


@pytest.mark.parametrize(
    ("width", "height", "counts"),
    [(64, 64, True), (63.4, 64, False), (64, 63, False), (63.6, 63.6, True)],
)
def test_a_face_counts_from_64_pixels_on(width, height, counts):
    assert is_large_enough(fake_result(Box(0, 0, width, height))) is counts
