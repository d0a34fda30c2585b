from __future__ import annotations

import builtins
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analysis.erasure import NotErasable, erase_readings
from analysis.manifest import MODELS_DIR
from analysis.models import Face, FaceTag, TagCorrection
from analysis.tagging import correct_tag
from tests.factories import make_asset, make_face, make_tagged_face

pytestmark = pytest.mark.django_db


@pytest.fixture
def face(settings) -> Face:
    """A face that was tagged and corrected before gender was switched off."""
    face = make_tagged_face(
        {
            "age": 30.0,
            "gender": {"female": 0.9, "male": 0.1},
            "glasses": {"none": 0.9, "glasses": 0.1, "sunglasses": 0.0},
        }
    )
    correct_tag(face, facet="gender", value="male", user=None)
    correct_tag(face, facet="glasses", value="glasses", user=None)
    settings.DAM_READINGS_OFF = ["gender"]
    return face


def erase(*arguments: str) -> str:
    out = io.StringIO()
    call_command("erase_readings", *arguments, stdout=out)
    return out.getvalue()


def test_only_the_topics_readings_are_erased(face):
    list(erase_readings(["gender"]))

    face.refresh_from_db()
    assert set(face.readings) == {"age", "glasses"}


def test_tags_and_corrections_go_along(face):
    (done,) = erase_readings(["gender"])

    assert (done.readings, done.tags, done.corrections) == (1, 1, 1)
    assert "gender" not in set(FaceTag.objects.values_list("facet", flat=True))
    assert list(TagCorrection.objects.values_list("facet", flat=True)) == ["glasses"]


def test_all_readings_of_a_topic_are_erased(face, settings, tmp_path):
    text = (MODELS_DIR / "manifest.toml").read_text()
    shared = 'name = "gender"\ntopic = "age"\noutput'
    (tmp_path / "manifest.toml").write_text(text.replace('name = "gender"\noutput', shared))
    settings.DAM_MODELS_DIR, settings.DAM_READINGS_OFF = tmp_path, ["age"]

    list(erase_readings(["age"]))

    face.refresh_from_db()
    assert set(face.readings) == {"glasses"}


def test_retired_faces_are_erased_too(face):
    Face.objects.update(retired_at=face.created_at)

    list(erase_readings(["gender"]))

    face.refresh_from_db()
    assert "gender" not in face.readings


def test_an_interrupted_run_is_taken_up(face):
    asset = make_asset()
    for position in range(3):
        make_face(asset, position=position, seed=position)

    next(erase_readings(["gender"], faces_at_once=2))
    *_, done = erase_readings(["gender"], faces_at_once=2)

    assert done.faces_seen == 4
    assert done.readings == 2
    assert not Face.objects.filter(readings__has_key="gender").exists()


def test_a_topic_that_is_on_is_refused_with_a_way_out(face):
    with pytest.raises(NotErasable, match="DAM_READINGS_OFF=gender,age"):
        list(erase_readings(["gender", "age"]))

    assert Face.objects.filter(readings__has_key="gender").exists()


def test_an_unknown_topic_is_refused_with_those_that_are_known(face):
    with pytest.raises(NotErasable, match=r"gendr.*gender"):
        list(erase_readings(["gendr"]))


def test_the_command_tells_what_it_erased(face):
    said = erase("gender", "--yes")

    assert "1 faces looked at: readings of 1 faces, 1 tags and 1 corrections erased" in said


def test_the_command_asks_first(face, monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda _: "n")

    with pytest.raises(CommandError, match="Nothing was erased"):
        erase("gender")

    assert Face.objects.filter(readings__has_key="gender").exists()


def test_the_command_refuses_what_is_still_on(face):
    with pytest.raises(CommandError, match="still on"):
        erase("age", "--yes")
