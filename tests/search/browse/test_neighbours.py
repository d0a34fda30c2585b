from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.models import Face
from analysis.neighbours import Neighbours, neighbours_of, photo_address
from analysis.pipeline.types import Box
from analysis.tagging import apply_model_tags, correct_tag
from search.browse.neighbours import find_neighbours, list_of
from search.query import FaceQuery
from tests.factories import make_face

pytestmark = pytest.mark.django_db


def make_faces(count: int) -> list[Face]:
    """Store photos with one smiling face each, better and larger from one to the next."""
    faces = []
    for number in range(count):
        box = Box(0, 0, 20 + number, 20 + number)
        face = make_face(box=box, quality_score=50.0 + number, seed=number)
        face.readings = {"smile": {"none": 0.1, "smile": 0.9}}
        face.save()
        apply_model_tags([face])
        faces.append(face)
    return faces


def around(face: Face, listed: str) -> Neighbours:
    found = find_neighbours(face.asset, face.uid, listed)
    assert found is not None
    return found


def photo(face: Face, listed: str) -> str:
    return photo_address(face.asset.uid, listed=listed)


@pytest.mark.parametrize("order", ["", "&order=oldest", "&order=quality", "&order=size"])
def test_one_goes_through_a_list_in_its_order(order):
    first, middle, last = make_faces(3)
    listed = f"smile=smile&show=photos{order}"
    older, newer = (first, last) if order == "&order=oldest" else (last, first)

    found = around(middle, listed)

    assert found.previous == photo(older, listed)
    assert found.next == photo(newer, listed)
    assert around(older, listed).previous is None


def test_a_list_of_faces_leads_from_face_to_face():
    first, second = make_faces(2)
    other = make_face(second.asset, position=1, seed=9)
    listed = "show=faces"

    found = around(other, listed)

    assert found.previous == photo_address(second.asset.uid, face=second.uid, listed=listed)
    assert found.next == photo_address(first.asset.uid, face=first.uid, listed=listed)
    assert found.back == reverse("faces")


def test_who_corrects_a_photo_out_of_the_list_goes_on_from_its_place():
    first, middle, last = make_faces(3)
    listed = "smile=smile&show=photos"
    correct_tag(middle, facet="smile", value="none", user=None)

    found = around(middle, listed)

    assert (found.previous, found.next) == (photo(last, listed), photo(first, listed))


def test_what_is_no_list_is_that_of_all_photos():
    first, second = make_faces(2)

    found = neighbours_of(second.asset, listed="colour=red")

    assert (found.previous, found.next) == (None, photo(first, ""))


def test_a_query_is_named_as_it_is_read():
    query = FaceQuery.from_params(QueryDict("smile=smile&glasses!=none&order=size"))

    assert FaceQuery.from_params(QueryDict(list_of(query))) == query
    assert list_of(FaceQuery.from_params(QueryDict("show=photos"))) == ""


def test_queries_do_not_grow_with_the_list():
    counts = []
    for _ in range(2):
        face = make_faces(3)[1]
        around(face, "show=photos")
        with CaptureQueriesContext(connection) as queries:
            around(face, "show=photos")
        counts.append(len(queries))

    assert counts[0] == counts[1]
