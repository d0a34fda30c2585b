from __future__ import annotations

import pytest

from analysis.custom_tags.errors import InvalidName, NameTaken, UnknownTag
from analysis.custom_tags.tags import create_tag, find_tag, suggest_name
from analysis.models import FaceTag
from tests.factories import make_face

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("label", ["", "   ", "x" * 81])
def test_odd_labels_are_refused(label):
    with pytest.raises(InvalidName) as caught:
        create_tag(label=label, name="beard", user=None)

    assert list(caught.value.fields) == ["label"]


@pytest.mark.parametrize("name", ["glasses", "min_quality", "cursor", "new", "red_hat"])
def test_names_that_mean_something_already_are_refused(tag, name):
    with pytest.raises(NameTaken):
        create_tag(label="Another", name=name, user=None)


def test_a_label_without_latin_letters_needs_a_name(db):
    with pytest.raises(InvalidName):
        create_tag(label="帽子", user=None)

    assert create_tag(label="帽子", name="hat_of_mine", user=None).label == "帽子"


def test_an_unknown_tag_is_an_error():
    with pytest.raises(UnknownTag):
        find_tag("nothing")


def test_a_new_tag_does_not_inherit_what_an_older_one_left():
    FaceTag.objects.create(face=make_face(), facet="red_hat", value="yes", source="user")

    create_tag(label="Red hat", user=None)

    assert not FaceTag.objects.exists()
