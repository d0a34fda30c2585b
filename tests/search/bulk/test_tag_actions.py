from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from analysis.models import Face, FaceTag, TagCorrection
from analysis.tagging import apply_model_tags, clear_correction, correct_tag
from search.bulk.jobs import undo_job
from search.bulk.tasks import run_bulk_job
from search.models import BulkJob
from tests.factories import make_face, make_user
from tests.search.bulk.conftest import tag_of

pytestmark = pytest.mark.django_db

SET = {"facet": "glasses", "value": "sunglasses"}


def undo(job: BulkJob, user: object = None) -> BulkJob:
    undo_job(job, user=user)
    run_bulk_job(job.pk)
    job.refresh_from_db()
    return job


@pytest.fixture
def said_face(glasses_face) -> Callable[[str], Face]:
    """Makes faces of which the nets say that they wear none, and a person something else."""

    def make(value: str) -> Face:
        face = glasses_face("none")
        correct_tag(face, facet="glasses", value=value, user=None)
        return face

    return make


class TestCorrecting:
    def test_every_face_has_the_value_as_if_a_person_had_set_it(self, do, glasses_face):
        face, user = glasses_face("none"), make_user()

        job = do("correct_tag", user=user, **SET)

        assert tag_of(face) == ("sunglasses", "user")
        note = TagCorrection.objects.get(face=face)
        assert (note.value, note.previous_value, note.user) == ("sunglasses", "none", user)
        assert (job.status, job.changed, job.skipped) == ("done", 1, 0)

    def test_a_face_without_a_tag_gets_one(self, do):
        face = make_face()

        do("correct_tag", **SET)

        assert tag_of(face) == ("sunglasses", "user")

    def test_a_face_that_has_it_by_a_person_is_passed_over(self, do, said_face):
        face = said_face("sunglasses")

        job = do("correct_tag", **SET)

        assert (job.changed, job.skipped) == (0, 1)
        assert TagCorrection.objects.filter(face=face).count() == 1

    def test_a_face_that_has_it_by_the_nets_is_set_by_a_person(self, do, glasses_face):
        face = glasses_face("sunglasses")

        do("correct_tag", **SET)

        assert tag_of(face) == ("sunglasses", "user")

    @pytest.mark.parametrize("loss", ["deleted", "retired"])
    def test_faces_that_are_gone_meanwhile_are_passed_over(self, start, glasses_face, loss):
        gone, face = glasses_face("none"), glasses_face("none")
        job = start("correct_tag", **SET)
        if loss == "deleted":
            gone.delete()
        else:
            Face.objects.filter(pk=gone.pk).update(retired_at=timezone.now())

        run_bulk_job(job.pk)

        job.refresh_from_db()
        assert (job.status, job.changed, job.skipped) == ("done", 1, 1)
        assert tag_of(face) == ("sunglasses", "user")


class TestClearing:
    def test_what_the_nets_say_stands_again(self, do, said_face, glasses_face):
        said, unsaid = said_face("sunglasses"), glasses_face("glasses")

        job = do("clear_correction", facet="glasses")

        assert tag_of(said) == ("none", "model")
        assert tag_of(unsaid) == ("glasses", "model")
        assert (job.changed, job.skipped) == (1, 1)


class TestUndoing:
    def test_the_nets_value_is_given_back(self, do, glasses_face):
        face, user = glasses_face("none"), make_user()
        job = do("correct_tag", **SET)

        undo(job, user)

        tag = FaceTag.objects.get(face=face)
        assert (tag.value, tag.source, tag.score) == ("none", "model", tag.model_score)
        assert TagCorrection.objects.filter(face=face).first().user == user
        assert (job.status, job.restored, job.left_alone) == ("undone", 1, 0)

    def test_a_persons_value_is_given_back(self, do, said_face):
        face = said_face("glasses")
        job = do("correct_tag", **SET)

        undo(job)

        tag = FaceTag.objects.get(face=face)
        assert (tag.value, tag.source, tag.model_value) == ("glasses", "user", "none")

    def test_where_there_was_no_tag_there_is_none(self, do):
        face = make_face()
        job = do("correct_tag", **SET)

        undo(job)

        assert tag_of(face) is None

    def test_a_cleared_correction_is_given_back(self, do, said_face):
        face = said_face("glasses")
        job = do("clear_correction", facet="glasses")

        undo(job)

        assert tag_of(face) == ("glasses", "user")

    def test_a_cleared_correction_of_which_nets_say_nothing_is_given_back(self, do):
        face = make_face()
        correct_tag(face, facet="glasses", value="glasses", user=None)
        job = do("clear_correction", facet="glasses")
        assert tag_of(face) is None

        undo(job)

        assert tag_of(face) == ("glasses", "user")

    def test_what_the_nets_say_by_now_is_given_back(self, do, glasses_face):
        face = glasses_face("none")
        job = do("correct_tag", **SET)
        face.readings = {"glasses": {"none": 0.01, "glasses": 0.98, "sunglasses": 0.01}}
        face.save()
        apply_model_tags([face])

        undo(job)

        assert tag_of(face) == ("glasses", "model")

    def test_what_somebody_changed_since_stays(self, do, glasses_face):
        changed, cleared, face = (glasses_face("none") for _ in range(3))
        job = do("correct_tag", **SET)
        correct_tag(changed, facet="glasses", value="glasses", user=None)
        clear_correction(cleared, facet="glasses", user=None)

        undo(job)

        assert tag_of(changed) == ("glasses", "user")
        assert tag_of(cleared) == ("none", "model")
        assert tag_of(face) == ("none", "model")
        assert (job.restored, job.left_alone) == (1, 2)

    def test_what_somebody_changed_and_set_again_stays(self, do, glasses_face):
        face = glasses_face("none")
        job = do("correct_tag", **SET)
        correct_tag(face, facet="glasses", value="glasses", user=None)
        correct_tag(face, facet="glasses", value="sunglasses", user=None)

        undo(job)

        assert tag_of(face) == ("sunglasses", "user")

    def test_another_tag_of_the_face_does_not_matter(self, do, glasses_face):
        face = glasses_face("none")
        job = do("correct_tag", **SET)
        correct_tag(face, facet="mask", value="worn", user=None)

        undo(job)

        assert tag_of(face) == ("none", "model")

    def test_a_face_that_is_gone_is_left_alone(self, do, glasses_face):
        gone, _ = glasses_face("none"), glasses_face("none")
        job = do("correct_tag", **SET)
        gone.delete()

        undo(job)

        assert (job.status, job.restored, job.left_alone) == ("undone", 1, 1)

    def test_jobs_can_be_undone_one_after_another(self, do, glasses_face):
        face = glasses_face("none")
        first = do("correct_tag", **SET)
        second = do("correct_tag", facet="glasses", value="glasses")

        undo(second)
        assert tag_of(face) == ("sunglasses", "user")
        undo(first)

        assert tag_of(face) == ("none", "model")
        assert (first.restored, first.left_alone) == (1, 0)

    def test_a_later_job_is_somebodys_change(self, do, glasses_face):
        face = glasses_face("none")
        first = do("correct_tag", **SET)
        do("correct_tag", facet="glasses", value="glasses")

        undo(first)

        assert tag_of(face) == ("glasses", "user")
        assert first.left_alone == 1
