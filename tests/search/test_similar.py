from __future__ import annotations

import math

import pytest
from django.utils import timezone

from analysis.models import EMBEDDING_DIMENSIONS, Face
from analysis.nets import full_manifest
from dam.deletion import delete_asset
from search.query import FaceQuery
from search.similar import MAX_LIMIT, Cut, Limits, Nearest, nearest_faces
from search.similarity.target import Target, target_of
from tests.factories import make_face
from tests.search.conftest import tag

pytestmark = pytest.mark.django_db


def direction(degrees: float) -> list[float]:
    """Return a vector of unit length at an angle to the first axis."""
    angle = math.radians(degrees)
    return [math.cos(angle), math.sin(angle)] + [0.0] * (EMBEDDING_DIMENSIONS - 2)


def face_at(degrees: float, *, net: str = "net-1") -> Face:
    return make_face(embedding=direction(degrees), embedding_net=net)


def ahead(net: str = "net-1") -> Target:
    return target_of([direction(0)], embedding_net=net)


def find(**asked: object) -> Nearest:
    query = asked.pop("query", FaceQuery())
    return nearest_faces(query, ahead(), **asked)


def faces(nearest: Nearest) -> list[Face]:
    return [similar.face for similar in nearest.faces]


def test_faces_come_in_the_order_of_their_angle():
    far, near, opposite, middle = (face_at(angle) for angle in (90, 10, 180, 40))

    found = find()

    assert faces(found) == [near, middle, far, opposite]
    assert [similar.rank for similar in found.faces] == [1, 2, 3, 4]


@pytest.mark.parametrize("angle", [0, 30, 60, 90, 120, 180])
def test_similarity_is_the_cosine_of_the_angle(angle):
    face_at(angle)

    (similar,) = find().faces

    assert similar.similarity == pytest.approx(math.cos(math.radians(angle)), abs=1e-3)
    assert similar.distance == pytest.approx(1 - similar.similarity)
    assert -1 <= similar.similarity <= 1


def test_faces_of_other_nets_are_not_compared():
    face_at(1, net="net-2")

    found = find()

    assert (faces(found), found.candidates) == ([], 0)


def test_retired_faces_are_not_similar_to_anything():
    retired = face_at(1)
    find()  # so that the index knows it
    Face.objects.filter(pk=retired.pk).update(retired_at=timezone.now())

    assert faces(find()) == []


def test_faces_of_deleted_photos_are_not_similar_to_anything():
    face = face_at(1)
    find()
    delete_asset(face.asset)

    assert faces(find()) == []


def test_a_new_face_is_found_at_once():
    find()
    face = face_at(1)

    assert faces(find()) == [face]


def test_faces_can_be_left_out():
    face, twin = face_at(0), face_at(0)

    assert faces(find(leave_out=[face.pk])) == [twin]


def test_only_faces_of_the_query_are_compared():
    tag(face_at(5), glasses="none")
    chosen = tag(face_at(50), glasses="sunglasses")

    found = find(query=FaceQuery(tags={"glasses": frozenset({"sunglasses"})}))

    assert (faces(found), found.candidates) == ([chosen], 1)


class TestCut:
    """Which rule ended the list."""

    def test_the_limit_if_more_would_do(self):
        for angle in (5, 6):
            face_at(angle)

        found = find(limits=Limits(1))

        assert (len(found.faces), found.cut_by) == (1, Cut.LIMIT)

    def test_the_end_if_there_are_just_as_many(self):
        face_at(5)

        assert find(limits=Limits(1)).cut_by is Cut.END

    def test_the_threshold_if_others_are_less_similar(self):
        near = face_at(10)
        face_at(80)

        found = find(limits=Limits(min_similarity=0.9))

        assert (faces(found), found.cut_by) == ([near], Cut.THRESHOLD)

    def test_the_threshold_if_just_the_next_one_is_under_it(self):
        face_at(10)
        face_at(80)

        assert find(limits=Limits(1, min_similarity=0.9)).cut_by is Cut.THRESHOLD

    def test_the_limit_comes_before_the_threshold(self):
        for angle in (5, 6, 80):
            face_at(angle)

        assert find(limits=Limits(1, min_similarity=0.9)).cut_by is Cut.LIMIT


class TestSamePerson:
    """The probability; the manifest's curve is for embeddings of its own net."""

    @pytest.fixture
    def net(self) -> str:
        return full_manifest().embedding_net

    def test_it_rises_with_the_similarity(self, net):
        for angle in (10, 68, 70, 90):
            face_at(angle, net=net)

        found = nearest_faces(FaceQuery(), ahead(net))

        chances = [similar.same_person for similar in found.faces]
        assert chances == sorted(chances, reverse=True)
        assert chances[0] > 0.99
        assert 0.5 < chances[1] < 0.9
        assert chances[3] < 0.01

    def test_it_is_unknown_for_other_nets(self):
        face_at(10)

        assert find().faces[0].same_person is None

    def test_it_can_be_a_threshold(self, net):
        near = face_at(10, net=net)
        face_at(80, net=net)

        found = nearest_faces(FaceQuery(), ahead(net), limits=Limits(min_probability=0.9))

        assert (faces(found), found.cut_by) == ([near], Cut.THRESHOLD)

    def test_of_several_examples_it_is_that_of_the_mean_cosine(self, net):
        face_at(0, net=net)
        target = target_of([direction(60), direction(-60)], embedding_net=net)

        (similar,) = nearest_faces(FaceQuery(), target).faces

        assert similar.similarity == pytest.approx(1, abs=1e-3)
        assert similar.same_person == pytest.approx(1 / (1 + math.exp(11.365 - 34.3 * 0.5)), 0.01)

    def test_unwanted_examples_do_not_change_it(self, net):
        face_at(60, net=net)
        target = target_of([direction(0)], unwanted=[direction(150)], embedding_net=net)

        (similar,) = nearest_faces(FaceQuery(), target).faces

        assert similar.similarity != pytest.approx(0.5, abs=0.01)
        assert similar.same_person == pytest.approx(1 / (1 + math.exp(11.365 - 34.3 * 0.5)), 0.01)


def test_unwanted_examples_push_faces_like_them_back():
    wanted_side, unwanted_side = face_at(-31), face_at(30)
    assert faces(find()) == [unwanted_side, wanted_side]

    target = target_of([direction(0)], unwanted=[direction(40)], embedding_net="net-1")

    assert faces(nearest_faces(FaceQuery(), target)) == [wanted_side, unwanted_side]


@pytest.mark.parametrize("count", [0, MAX_LIMIT + 1])
def test_other_limits_are_an_error_of_the_caller(count):
    with pytest.raises(ValueError, match="1000"):
        Limits(count)


def test_the_number_of_queries_does_not_grow(count_queries):
    face_at(1)
    few = count_queries(find)

    for angle in range(2, 6):
        face_at(angle)

    assert count_queries(find) == few
