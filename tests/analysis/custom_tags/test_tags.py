from __future__ import annotations

import pytest

from analysis.custom_tags import tags
from analysis.custom_tags.errors import TooManyTags, UnknownTag
from analysis.custom_tags.tags import (
    create_tag,
    delete_tag,
    find_tag,
    rename_tag,
    suggest_name,
)
from analysis.models import CustomTag, FaceTag, TagCorrection
from analysis.tagging import correct_tag
from dam.names import InvalidName, NameTaken
from tests.factories import make_face, make_tagged_face

pytestmark = pytest.mark.django_db

GLASSES = {"glasses": {"none": 0.9, "glasses": 0.06, "sunglasses": 0.04}}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Red hat", "red_hat"),
        ("  Brille (Sport) ", "brille_sport"),
        ("Bärtig", "bartig"),
        ("3 days' beard", "days_beard"),
        ("帽子", ""),
    ],
)
def test_names_are_made_of_labels(label, name):
    assert suggest_name(label) == name


@pytest.mark.parametrize("name", ["Beard", "1st", "a-b", "b" * 41, "帽子"])
def test_odd_names_are_refused(name):
    with pytest.raises(InvalidName) as caught:
        create_tag(label="Beard", name=name, user=None)

    assert list(caught.value.fields) == ["name"]


@pytest.mark.parametrize("label", ["", "   ", "x" * 81, "a\x00b", "a\x7fb"])
def test_odd_labels_are_refused(label):
    with pytest.raises(InvalidName) as caught:
        create_tag(label=label, name="beard", user=None)

    assert list(caught.value.fields) == ["label"]


@pytest.mark.parametrize("name", ["glasses", "min_quality", "cursor", "new", "red_hat"])
def test_names_that_mean_something_already_are_refused(tag, name):
    with pytest.raises(NameTaken):
        create_tag(label="Another", name=name, user=None)


def test_there_are_not_more_than_can_be_counted(tag, monkeypatch):
    monkeypatch.setattr(tags, "MOST_TAGS", 1)

    with pytest.raises(TooManyTags, match="delete one first"):
        create_tag(label="Beard", user=None)


def test_a_label_without_latin_letters_needs_a_name(db):
    with pytest.raises(InvalidName):
        create_tag(label="帽子", user=None)

    assert create_tag(label="帽子", name="hat_of_mine", user=None).label == "帽子"


def test_an_unknown_tag_is_an_error():
    with pytest.raises(UnknownTag):
        find_tag("nothing")


def test_a_tag_that_was_deleted_meanwhile_cannot_be_renamed(tag):
    delete_tag(find_tag("red_hat"))

    with pytest.raises(UnknownTag):
        rename_tag(tag, label="Blue hat")


def test_a_label_may_join_letters_without_width(db):
    assert create_tag(label="👩‍🚀 suit", user=None).label == "👩‍🚀 suit"


def test_deleting_leaves_the_nets_facet_that_took_the_name():
    tag = CustomTag.objects.create(name="glasses", label="Mine")
    ours, theirs = make_tagged_face(GLASSES), make_tagged_face(GLASSES)
    FaceTag.objects.filter(face=ours).update(value="yes", source="user")
    correct_tag(theirs, facet="glasses", value="sunglasses", user=None)

    delete_tag(tag)

    assert list(FaceTag.objects.values_list("face", "value")) == [(theirs.pk, "sunglasses")]
    assert TagCorrection.objects.get().face == theirs


def test_a_new_tag_does_not_inherit_what_an_older_one_left():
    FaceTag.objects.create(face=make_face(), facet="red_hat", value="yes", source="user")

    create_tag(label="Red hat", user=None)

    assert not FaceTag.objects.exists()
