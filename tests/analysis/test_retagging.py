from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis.models import Face, FaceTag
from analysis.retagging import retag_faces
from analysis.tagging import apply_model_tags, correct_tag
from tests.factories import make_face

pytestmark = pytest.mark.django_db

SURE = {"none": 0.9, "glasses": 0.06, "sunglasses": 0.04}


def untagged_face() -> Face:
    face = make_face()
    face.readings = {"glasses": SURE, "mask": {"none": 0.99, "worn": 0.01}}
    face.save()
    return face


def rows() -> list[tuple[object, ...]]:
    return list(FaceTag.objects.order_by("face_id", "facet").values_list())


def test_faces_get_the_tags_of_their_readings():
    faces = [untagged_face() for _ in range(3)]

    done = list(retag_faces(faces_at_once=2))

    assert done == [2, 3]
    assert FaceTag.objects.filter(facet="glasses", value="none").count() == len(faces)


def test_twice_leaves_the_same_state():
    untagged_face()
    list(retag_faces())
    once = rows()

    list(retag_faces())

    assert rows() == once


def test_what_was_done_before_an_interruption_stays_done():
    faces = [untagged_face() for _ in range(3)]

    next(retag_faces(faces_at_once=1))

    assert set(FaceTag.objects.values_list("face", flat=True)) == {faces[0].pk}


def test_a_correction_stays():
    face = untagged_face()
    correct_tag(face, facet="glasses", value="sunglasses", user=None)

    list(retag_faces())

    tag = FaceTag.objects.get(face=face, facet="glasses")
    assert (tag.value, tag.source, tag.model_value) == ("sunglasses", "user", "none")


def test_another_threshold_is_applied(tmp_path, settings):
    face = untagged_face()
    list(retag_faces())
    settings.DAM_MODELS_DIR = tmp_path
    manifest = (settings.BASE_DIR / "models" / "manifest.toml").read_text()
    head, facet, tail = manifest.partition('name = "glasses"\nlabel = "Glasses"')
    tail = tail.replace("min_score = 0.5", "min_score = 0.95", 1)
    (tmp_path / "manifest.toml").write_text(head + facet + tail)

    list(retag_faces())

    assert FaceTag.objects.get(face=face, facet="glasses").value == "unsure"


def test_retired_faces_are_tagged_too():
    face = untagged_face()
    Face.objects.update(retired_at=timezone.now())

    list(retag_faces())

    assert FaceTag.objects.filter(face=face).exists()


def test_the_number_of_queries_does_not_grow():
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            list(retag_faces())
        return len(queries)

    untagged_face()
    few = count()
    for _ in range(4):
        untagged_face()

    assert count() == few


def test_embeddings_are_not_read_where_no_facet_needs_them():
    untagged_face()

    with CaptureQueriesContext(connection) as queries:
        list(retag_faces())

    assert not any('"embedding"' in query["sql"] for query in queries)


class TestCommand:
    def test_it_tells_how_many_faces_it_tagged(self, capsys):
        untagged_face()

        call_command("retag_faces")

        assert capsys.readouterr().out == "1 faces tagged.\n"
        assert FaceTag.objects.count() == 2

    def test_no_faces_are_no_problem(self, capsys):
        call_command("retag_faces")

        assert capsys.readouterr().out == "0 faces tagged.\n"

    def test_it_tells_how_far_it_is(self, capsys, monkeypatch):
        monkeypatch.setattr("analysis.management.commands.retag_faces.PROGRESS_SECONDS", 0.0)
        untagged_face()

        call_command("retag_faces")

        assert "1 of 1 faces" in capsys.readouterr().out

    def test_one_facet_is_enough(self):
        untagged_face()

        call_command("retag_faces", "--facet", "mask")

        assert [tag.facet for tag in FaceTag.objects.all()] == ["mask"]

    def test_an_unknown_facet_is_refused(self):
        with pytest.raises(CommandError, match="no facet 'wings'"):
            call_command("retag_faces", "--facet", "wings")

    def test_a_facet_that_is_gone_can_be_cleared_away(self):
        face = untagged_face()
        FaceTag.objects.create(face=face, facet="gone", value="x", source="model", model_value="x")

        call_command("retag_faces", "--facet", "gone")

        assert not FaceTag.objects.exists()

    def test_it_removes_tags_of_facets_that_are_gone(self):
        face = untagged_face()
        apply_model_tags([face])
        FaceTag.objects.create(face=face, facet="gone", value="x", source="model", model_value="x")

        call_command("retag_faces")

        assert not FaceTag.objects.filter(facet="gone").exists()
