from __future__ import annotations

from dataclasses import replace

from analysis.compat.ailab.basic import render_basic
from tests.analysis.compat.seen_faces import HEIGHT, WIDTH, seen_faces


def attributes(face):
    (info,) = render_basic([face], width=WIDTH, height=HEIGHT)["face_detail_infos"]
    return info["face_detail_attributes_info"]


def test_each_face_is_an_object_with_its_box_and_attributes():
    answer = render_basic(seen_faces(1), width=WIDTH, height=HEIGHT)

    assert answer == {
        "image_width": 800,
        "image_height": 600,
        "face_detail_infos": [
            {
                "face_rect": {"x": 40, "y": 31, "width": 201, "height": 240},
                "face_detail_attributes_info": {
                    "age": 39,
                    "beauty": 52,
                    "emotion": {"type": 1, "probability": 0.7},
                    "eye": {"glass": {"type": 1, "probability": 0.9}},
                    "gender": {"type": 1, "probability": 0.91},
                    "head_pose": {"pitch": -2, "yaw": 1, "roll": -3},
                    "mask": {"type": 0, "probability": 0.98},
                    "smile": 80,
                },
            }
        ],
    }


def test_what_was_not_read_is_left_out():
    face = replace(seen_faces(1)[0], readings={})

    assert set(attributes(face)) == {"head_pose"}


def test_a_hat_of_no_known_style_is_left_out():
    woman, man, _ = seen_faces(3)

    assert "hat" not in attributes(woman)
    assert attributes(man)["hat"] == {"style": {"type": 0, "probability": 0.9}}


def test_a_mask_worn_incorrectly_in_no_known_way_is_left_out():
    _, man, child = seen_faces(3)

    assert "mask" not in attributes(man)
    assert attributes(child)["mask"] == {"type": 4, "probability": 1}
