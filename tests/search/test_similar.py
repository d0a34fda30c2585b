from __future__ import annotations

import math

import pytest
from django.utils import timezone

from analysis.models import EMBEDDING_DIMENSIONS, Face
from search.similar import nearest_faces, similar_faces
from tests.factories import make_face

pytestmark = pytest.mark.django_db


def direction(degrees: float) -> list[float]:
    """Return a vector of unit length at an angle to the first axis."""
    angle = math.radians(degrees)
    return [math.cos(angle), math.sin(angle)] + [0.0] * (EMBEDDING_DIMENSIONS - 2)


def face_at(degrees: float, *, net: str = "net-1") -> Face:
    return make_face(embedding=direction(degrees), embedding_net=net)


def stored(face: Face) -> Face:
    return Face.objects.get(pk=face.pk)


def test_faces_come_in_the_order_of_their_angle():
    far, near, opposite, middle = (face_at(angle) for angle in (90, 10, 180, 40))

    found = nearest_faces(
        Face.objects.all(), embedding=direction(0), embedding_net="net-1", limit=10
    )

    assert [similar.face for similar in found] == [near, middle, far, opposite]


@pytest.mark.parametrize("angle", [0, 30, 60, 90, 120, 180])
def test_similarity_is_the_cosine_of_the_angle(angle):
    face_at(angle)

    (similar,) = nearest_faces(
        Face.objects.all(), embedding=direction(0), embedding_net="net-1", limit=1
    )

    assert similar.similarity == pytest.approx(math.cos(math.radians(angle)), abs=1e-3)
    assert similar.distance == pytest.approx(1 - similar.similarity)
    assert -1 <= similar.similarity <= 1


def test_faces_of_other_nets_are_not_compared():
    face = face_at(0)
    face_at(1, net="net-2")

    assert similar_faces(stored(face), limit=10) == []


def test_retired_faces_are_not_similar_to_anything():
    face, retired = face_at(0), face_at(1)
    Face.objects.filter(pk=retired.pk).update(retired_at=timezone.now())

    assert similar_faces(stored(face), limit=10) == []


def test_a_face_is_not_similar_to_itself_but_to_its_twin():
    face, twin = face_at(0), face_at(0)

    found = similar_faces(stored(face), limit=10)

    assert [similar.face for similar in found] == [twin]


def test_no_more_than_the_limit():
    face = face_at(0)
    nearest = face_at(5)
    face_at(6)

    found = similar_faces(stored(face), limit=1)

    assert [similar.face for similar in found] == [nearest]


def test_only_the_given_faces_are_searched():
    face_at(5)
    chosen = face_at(50)

    found = nearest_faces(
        Face.objects.filter(pk=chosen.pk),
        embedding=direction(0),
        embedding_net="net-1",
        limit=10,
    )

    assert [similar.face for similar in found] == [chosen]
