from __future__ import annotations

import sys
from typing import Any

import numpy as np

from analysis.manifest import MODELS_DIR

sys.path.append(str(MODELS_DIR / "recipes"))

from face_groups import name_groups, split_faces
from features import FaceFeatures
from labelled_faces import Sample


def faces(archive: str, pooled: Any, *, people: tuple[str, ...] = ()) -> Any:
    """Make stored features of as many faces as `pooled` has rows."""
    rows = np.asarray(pooled, dtype=np.float16)
    names = people or ("",) * len(rows)
    samples = tuple(
        Sample(archive=archive, file=f"{number}.jpg", labels={}, person=name)
        for number, name in enumerate(names)
    )
    return FaceFeatures(samples=samples, pooled=[rows], maps={})


def test_faces_that_look_alike_share_a_group() -> None:
    assert name_groups(faces("utk", [[1, 0], [0.95, 0.1], [0, 1]])) == ["0.jpg", "0.jpg", "2.jpg"]


def test_likeness_goes_on_from_face_to_face() -> None:
    turned = [[np.cos(angle), np.sin(angle)] for angle in np.radians([0, 25, 50])]

    assert set(name_groups(faces("utk", turned))) == {"0.jpg"}


def test_faces_of_one_photo_share_a_group() -> None:
    groups = name_groups(faces("masks", [[1, 0], [0, 1]], people=("party", "party")))

    assert groups == ["party", "party"]


def test_known_people_are_not_joined_by_likeness() -> None:
    groups = name_groups(faces("lfw_regions", [[1, 0], [1, 0]], people=("Ann", "Bea")))

    assert groups == ["Ann", "Bea"]


def test_a_person_is_in_the_same_part_of_both_sets() -> None:
    people = tuple(f"Person {number}" for number in range(30))
    rows = np.eye(30)

    assert (
        split_faces(faces("lfw_regions", rows, people=people)).tolist()
        == split_faces(faces("lfw_attributes", rows[::-1], people=people)).tolist()
    )
