from __future__ import annotations

import pytest
from django.http import QueryDict

from search.matching import find_matches
from search.matching.histograms import count_steps
from search.query import FaceQuery
from search.query.ranges import MEASURES
from tests.factories import make_asset

pytestmark = pytest.mark.django_db


def counts(measure: str, query: str = "") -> dict[float, int]:
    """Return how many are at each step where there are some, by its edge."""
    found = count_steps(find_matches(FaceQuery.from_params(QueryDict(query))))[measure]
    return {
        edge: int(count)
        for edge, count in zip(MEASURES[measure].edges, found, strict=True)
        if count
    }


def test_faces_are_counted_from_edge_to_edge(tagged_face):
    for quality in (0, 4.9, 5, 100):
        tagged_face(quality_score=quality)

    assert counts("quality") == {0: 2, 5: 1, 95: 1}


def test_what_is_asked_of_the_measure_itself_does_not_count(tagged_face):
    tagged_face(quality_score=20, gender="male")
    tagged_face(quality_score=80, gender="male")
    tagged_face(quality_score=80, gender="female")

    assert counts("quality", "gender=male&min_quality=50") == {20: 1, 80: 1}


def test_what_is_asked_of_others_does(tagged_face):
    tagged_face(quality_score=20)
    tagged_face(quality_score=80)

    assert sum(counts("size", "min_quality=50").values()) == 1


def test_photos_are_counted_by_their_number_of_faces(tagged_face):
    group = make_asset()
    for position in range(3):
        tagged_face(asset=group, position=position)
    tagged_face()

    assert counts("faces") == {1: 1, 3: 1}


def test_a_face_without_the_number_is_at_no_step(tagged_face):
    face = tagged_face()
    face.readings = {}
    face.save()

    assert counts("age") == {}
