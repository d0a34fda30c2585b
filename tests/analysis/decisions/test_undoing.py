from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.decisions.errors import NotUndoable
from analysis.decisions.history import changes_of, last_change, undo_change
from analysis.decisions.rejecting import reject_face
from analysis.models import Face, FaceTag
from analysis.tagging import correct_tag
from dam.models import User
from tests.factories import make_face, make_tagged_face, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def face() -> Face:
    return make_tagged_face({"glasses": {"none": 0.9, "glasses": 0.06, "sunglasses": 0.04}})


@pytest.fixture
def user() -> User:
    return make_user("ada")


def correct(face: Face, value: str, user: User | None = None) -> None:
    correct_tag(face, facet="glasses", value=value, user=user)


def undo_last(face: Face) -> None:
    change = last_change(changes_of(face.asset))
    undo_change(face.asset, kind=change.kind, change_id=change.id, user=None)


def said(face: Face) -> tuple[str, str]:
    tag = FaceTag.objects.get(face=face, facet="glasses")
    return tag.value, tag.source


def test_changes_are_taken_back_one_after_another(face):
    correct(face, "glasses")
    correct(face, "sunglasses")

    undo_last(face)
    after_one = said(face)
    undo_last(face)

    assert after_one == ("glasses", "user")
    assert said(face) == ("none", "model")
    assert last_change(changes_of(face.asset)) is None


def test_the_history_tells_who_changed_what(face, user):
    correct(face, "glasses", user)
    reject_face(face, user=None)

    rejected, corrected = changes_of(face.asset)

    assert (corrected.what, corrected.before, corrected.after) == ("Glasses", "None", "Glasses")
    assert (corrected.who, rejected.who) == ("ada", "a program")
    assert (rejected.before, rejected.after) == ("a face", "not a face")


def test_a_face_called_none_comes_back_by_undo(face):
    reject_face(face, user=None)

    undo_last(face)

    assert Face.objects.present().get().pk == face.pk


def test_what_changed_again_since_cannot_be_undone(face):
    correct(face, "glasses")
    (first,) = changes_of(face.asset)
    correct(face, "sunglasses")

    with pytest.raises(NotUndoable):
        undo_change(face.asset, kind="tag", change_id=first.id, user=None)

    assert said(face) == ("sunglasses", "user")


def test_tags_of_what_is_no_face_are_not_offered_for_undo(face):
    correct(face, "glasses")

    reject_face(face, user=None)

    assert [change.can_undo for change in changes_of(face.asset)] == [True, False]


def test_queries_do_not_grow_with_the_changes(face, user):
    other = make_face(face.asset, position=1)
    counts = []
    for value in ("glasses", "sunglasses"):
        for one in (face, other):
            correct(one, value, user)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            [(change.who, change.face.position) for change in changes_of(face.asset)]
        counts.append(len(queries))

    assert counts[0] == counts[1]
