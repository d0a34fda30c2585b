from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict

from analysis.people import PERSON
from analysis.tagging import correct_tag
from search.export.coco import write_coco
from search.query import FaceQuery
from tests.factories import make_asset, make_face

pytestmark = pytest.mark.django_db


def coco(params: str = "") -> dict[str, Any]:
    return json.loads("".join(write_coco(FaceQuery.from_params(QueryDict(params)))))


def test_faces_are_annotations_of_their_images(tagged_face) -> None:
    face = tagged_face(gender="female")
    correct_tag(face, facet=PERSON, value="Ada", user=None)

    found = coco()

    (image,), (annotation,) = found["images"], found["annotations"]
    assert (image["id"], image["file_name"]) == (annotation["image_id"], "photo.png")
    assert (image["width"], image["height"]) == (96, 64)
    assert annotation["bbox"] == [10, 10, 30, 40]
    assert annotation["area"] == 1200
    assert annotation["attributes"] == {"gender": "female", "person": "Ada"}
    assert annotation["category_id"] == found["categories"][0]["id"]


def test_landmarks_are_keypoints_with_names() -> None:
    face = make_face()

    found = coco()

    (annotation,) = found["annotations"]
    names = found["categories"][0]["keypoints"]
    assert len(set(names)) == 105
    assert annotation["num_keypoints"] == 105
    assert annotation["keypoints"][:3] == [
        pytest.approx(face.landmarks[0], abs=0.01),
        pytest.approx(face.landmarks[1], abs=0.01),
        2,
    ]
    assert len(annotation["keypoints"]) == 315


def test_only_what_is_asked_for(tagged_face) -> None:
    asset = make_asset()
    wanted = tagged_face(asset=asset, gender="female")
    tagged_face(asset=asset, position=1, gender="male")
    tagged_face(gender="male")

    found = coco("gender=female")

    assert [one["id"] for one in found["annotations"]] == [wanted.pk]
    assert [one["id"] for one in found["images"]] == [asset.pk]


def test_nothing_is_found_is_valid_too() -> None:
    found = coco("gender=female")

    assert (found["images"], found["annotations"]) == ([], [])


def test_the_queries_do_not_grow_with_faces(count_queries) -> None:
    make_face(make_asset())
    one = count_queries(coco)
    make_face(make_asset())

    assert count_queries(coco) == one
