from __future__ import annotations

from analysis.matching import match_faces
from analysis.models import Face
from analysis.pipeline.types import Box
from tests.fakes import fake_result


def face_at(left: float, top: float = 0.0, side: float = 100.0) -> Face:
    return Face(left=left, top=top, width=side, height=side)


def result_at(left: float, top: float = 0.0, side: float = 100.0):
    return fake_result(Box(left, top, side, side))


def test_a_face_that_moved_a_little_is_the_same():
    face = face_at(0)
    result = result_at(10)

    (match,) = match_faces([face], [result])

    assert match.face is face
    assert match.result is result


def test_a_face_elsewhere_is_another():
    (match,) = match_faces([face_at(0)], [result_at(60)])

    assert match.face is None


def test_half_of_both_in_common_is_enough():
    twice_as_high = Face(left=0, top=0, width=100, height=200)

    (match,) = match_faces([twice_as_high], [result_at(0)])

    assert match.face is twice_as_high


def test_a_little_less_than_half_is_not():
    too_high = Face(left=0, top=0, width=100, height=202)

    (match,) = match_faces([too_high], [result_at(0)])

    assert match.face is None


def test_the_best_overlap_wins():
    near, exact = result_at(20), result_at(0)
    face = face_at(0)

    matches = match_faces([face], [near, exact])

    assert [match.face for match in matches] == [None, face]


def test_the_second_best_result_takes_the_face_that_is_left():
    left_face, right_face = face_at(0), face_at(30)
    results = [result_at(10), result_at(2)]

    matches = match_faces([left_face, right_face], results)

    assert [match.face for match in matches] == [right_face, left_face]


def test_matches_are_in_the_order_of_the_results():
    results = [result_at(200), result_at(0), result_at(400)]

    matches = match_faces([face_at(0), face_at(200)], results)

    assert [match.result for match in matches] == results


def test_no_face_is_given_twice():
    face = face_at(0)

    matches = match_faces([face], [result_at(1), result_at(1), result_at(2)])

    assert [match.face for match in matches].count(face) == 1


def test_nothing_matches_nothing():
    assert match_faces([], []) == []
