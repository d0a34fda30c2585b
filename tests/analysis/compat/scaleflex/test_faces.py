from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from analysis.compat.scaleflex.faces import EMOTIONS, RACES, render, render_faces, shares
from tests.analysis.compat.seen_faces import seen_faces

GOLDEN = Path(__file__).parents[1] / "golden"
REQUEST = UUID("4f74f084-39a3-48f7-829a-336b55e8fd13")


def rendered(count: int):
    return render(
        seen_faces(count),
        version="3-0123456789ab",
        request_uuid=REQUEST,
        result_url=f"https://facet.example/scaleflex/deliver/2026112119/{REQUEST}.png",
        file_name="friends.jpg",
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_answer_is_the_golden_one_to_the_letter(count):
    golden = (GOLDEN / f"scaleflex_{count}.json").read_text()

    assert json.dumps(rendered(count), indent=1) + "\n" == golden


def test_keys_are_in_the_vendors_order_and_landmarks_are_added():
    answer = rendered(1)
    face = answer["faces"]["face_0"]

    assert list(answer) == [
        "status",
        "version",
        "request_uuid",
        "result",
        "faces",
        "file_downloaded",
    ]
    assert list(face) == [
        "box",
        "emotions",
        "dominant_emotion",
        "races",
        "dominant_race",
        "age",
        "gender",
        "landmarks",
    ]
    assert list(face["emotions"]) == [
        "angry",
        "disgust",
        "fear",
        "happy",
        "sad",
        "surprise",
        "neutral",
    ]
    assert list(face["races"]) == [
        "asian",
        "indian",
        "black",
        "white",
        "middle eastern",
        "latino hispanic",
    ]


def test_no_faces_are_an_empty_object_and_a_success():
    answer = rendered(0)

    assert (answer["status"], answer["faces"]) == ("success", {})


def test_box_is_two_corners_in_whole_pixels():
    assert rendered(1)["faces"]["face_0"]["box"] == [40, 31, 241, 271]


def test_names_of_groups_have_spaces():
    faces = rendered(3)["faces"]

    assert faces["face_1"]["dominant_race"] == "latino hispanic"
    assert faces["face_2"]["dominant_race"] == "middle eastern"


def test_age_is_whole_and_at_most_100():
    assert [face["age"] for face in rendered(3)["faces"].values()] == [39, 100, 7]


def test_landmarks_are_105_points():
    points = rendered(1)["faces"]["face_0"]["landmarks"]

    assert np.shape(points) == (105, 2)
    assert points[0] == [round(float(value), 2) for value in seen_faces(1)[0].landmarks[0]]


@pytest.mark.parametrize("names", [EMOTIONS, RACES], ids=["emotions", "races"])
def test_percentages_sum_to_100_and_the_largest_dominates(names):
    random = np.random.default_rng(0)
    for _ in range(2000):
        values = random.dirichlet(np.full(len(names), 0.3))
        reading = dict(zip(names, values.tolist(), strict=True))

        found = shares(reading, names)

        assert abs(sum(found.percent.values()) - 100) <= 0.03 + 1e-9
        assert found.percent[found.dominant] == max(found.percent.values())
        assert found.dominant == names[max(reading, key=reading.__getitem__)]
        assert all(value == round(value, 2) >= 0 for value in found.percent.values())


def test_share_that_is_zero_is_a_decimal_number():
    reading = dict.fromkeys(EMOTIONS, 0.0) | {"happy": 1.0}

    text = json.dumps(shares(reading, EMOTIONS).percent)

    assert '"angry": 0.0' in text
    assert '"happy": 100.0' in text


def test_reading_that_is_off_leaves_the_shape_and_says_nothing():
    face = replace(seen_faces(1)[0], readings={})

    shown = render_faces([face])["face_0"]

    assert set(shown["emotions"].values()) == set(shown["races"].values()) == {0.0}
    assert (shown["dominant_emotion"], shown["dominant_race"], shown["gender"]) == ("", "", "")
    assert shown["age"] == 0
