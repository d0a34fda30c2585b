from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import numpy as np
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis.models import FaceTag, TagCorrection
from dam.errors import DamError
from search.bulk import tag_actions, tasks, working
from search.bulk.actions import Unit
from search.bulk.asking import Choice, read_action
from search.bulk.errors import NothingChosen, NotPossibleNow, NumberChanged
from search.bulk.jobs import cancel_job, create_job, undo_job
from search.bulk.tag_actions import CorrectTag
from search.bulk.tasks import run_bulk_job, sweep_bulk_jobs
from search.bulk.working import take_unsent_jobs, work
from search.models import BulkJob, BulkPiece
from search.query import FaceQuery
from tests.search.bulk.conftest import tag_of

pytestmark = pytest.mark.django_db

SET = {"facet": "glasses", "value": "sunglasses"}


@pytest.fixture
def in_twos(monkeypatch) -> None:
    monkeypatch.setattr(CorrectTag, "piece_size", 2)


def corrected() -> int:
    return FaceTag.objects.filter(facet="glasses", value="sunglasses", source="user").count()


def fresh(job: BulkJob) -> BulkJob:
    return BulkJob.objects.get(pk=job.pk)


class TestMaking:
    def test_what_is_found_is_fixed_when_it_is_made(self, start, glasses_face):
        early = glasses_face("none")
        job = start("correct_tag", **SET)
        late = glasses_face("none")

        run_bulk_job(job.pk)

        assert tag_of(early) == ("sunglasses", "user")
        assert tag_of(late) == ("none", "model")

    def test_its_own_changes_do_not_move_what_it_works_on(self, do, glasses_face, in_twos):
        for _ in range(5):
            glasses_face("none")

        job = do("correct_tag", query=FaceQuery({"glasses": frozenset({"none"})}), **SET)

        assert (job.total, job.changed, corrected()) == (5, 5, 5)

    def test_it_is_cut_into_pieces(self, start, glasses_face, in_twos):
        faces = [glasses_face("none") for _ in range(5)]

        job = start("correct_tag", **SET)

        pieces = [piece.ids for piece in job.pieces.order_by("number")]
        assert [len(ids) for ids in pieces] == [2, 2, 1]
        assert [pk for ids in pieces for pk in ids] == [face.pk for face in faces]

    def test_it_says_what_it_is_in_words(self, start, glasses_face):
        glasses_face("none")

        job = start("correct_tag", query=FaceQuery({"glasses": frozenset({"none"})}), **SET)

        assert job.title == "Set Glasses to Sunglasses"
        assert job.chosen == "Glasses: None"
        assert job.query == "glasses=none"

    def test_nothing_found_makes_no_job(self, start):
        with pytest.raises(NothingChosen):
            start("correct_tag", **SET)

        assert not BulkJob.objects.exists()

    def test_another_number_than_the_confirmed_one_makes_no_job(self, glasses_face):
        action = read_action("correct_tag", SET)
        choice = Choice(ids=np.array([glasses_face().pk]), words="one")

        with pytest.raises(NumberChanged, match="1 are found by now, not 2"):
            create_job(action, choice, user=None, expected=2)

        assert not BulkJob.objects.exists()


class TestWorking:
    def test_it_goes_on_where_a_worker_was_killed(self, start, glasses_face, in_twos):
        for _ in range(5):
            glasses_face("none")
        job = start("correct_tag", **SET)

        assert work(job.pk)
        assert (fresh(job).status, fresh(job).done, corrected()) == ("running", 2, 2)

        run_bulk_job(job.pk)
        assert (fresh(job).status, fresh(job).done, corrected()) == ("done", 5, 5)
        assert TagCorrection.objects.count() == 5

    def test_a_worker_that_dies_in_a_piece_leaves_nothing_of_it(
        self, start, glasses_face, monkeypatch
    ):
        glasses_face("none")
        job = start("correct_tag", **SET)

        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(working, "_count", die)
            with pytest.raises(KeyboardInterrupt), transaction.atomic():
                work(job.pk)
        assert corrected() == 0

        run_bulk_job(job.pk)
        assert (fresh(job).changed, TagCorrection.objects.count()) == (1, 1)

    def test_doing_it_again_changes_nothing(self, do, glasses_face):
        glasses_face("none")
        job = do("correct_tag", **SET)
        before = BulkJob.objects.values().get()

        run_bulk_job(job.pk)

        assert BulkJob.objects.values().get() == before
        assert TagCorrection.objects.count() == 1

    def test_a_piece_that_cannot_be_done_is_told_and_the_others_go_on(
        self, start, glasses_face, in_twos, monkeypatch
    ):
        faces = [glasses_face("none") for _ in range(4)]
        job = start("correct_tag", **SET)
        usual = tag_actions.correct_faces

        def fail_first(ids: list[int], **options: object) -> object:
            if faces[0].pk in ids:
                raise DamError("These are locked.", code="locked")
            return usual(ids, **options)

        monkeypatch.setattr(tag_actions, "correct_faces", fail_first)
        run_bulk_job(job.pk)

        job = fresh(job)
        assert (job.status, job.done, job.changed, job.failed) == ("done", 4, 2, 2)
        piece = job.pieces.get(number=0)
        assert (piece.error_code, piece.error_message) == ("locked", "These are locked.")

    def test_a_job_of_which_nothing_can_be_done_failed(self, start, glasses_face, monkeypatch):
        glasses_face("none")
        job = start("correct_tag", **SET)
        BulkJob.objects.update(arguments={"facet": "gone", "value": "yes"})

        run_bulk_job(job.pk)

        assert (fresh(job).status, fresh(job).failed) == ("failed", 1)
        assert BulkPiece.objects.get().error_code == "unknown_facet"

    def test_an_error_that_may_pass_is_told_and_tried_again(self, start, glasses_face, monkeypatch):
        glasses_face("none")
        job = start("correct_tag", **SET)

        def fail(*_: object, **__: object) -> None:
            raise OSError("gone")

        with monkeypatch.context() as patch:
            patch.setattr(tag_actions, "correct_faces", fail)
            run_bulk_job(job.pk)
        assert (fresh(job).status, fresh(job).error_code) == ("running", "storage_unavailable")

        run_bulk_job(job.pk)
        assert (fresh(job).status, fresh(job).error_code) == ("done", "")

    def test_after_many_attempts_a_piece_is_given_up(self, start, glasses_face, monkeypatch):
        glasses_face("none")
        job = start("correct_tag", **SET)

        def fail(*_: object, **__: object) -> None:
            raise OSError("gone")

        monkeypatch.setattr(tag_actions, "correct_faces", fail)
        for _ in range(settings.DAM_MAX_ATTEMPTS + 1):
            run_bulk_job(job.pk)

        assert fresh(job).status == "failed"
        piece = BulkPiece.objects.get()
        assert piece.error_code == "gave_up"
        assert "The storage did not answer" in piece.error_message

    def test_a_long_one_gives_others_their_turn(self, start, glasses_face, in_twos, monkeypatch):
        sent: list[int] = []
        for _ in range(3):
            glasses_face("none")
        job = start("correct_tag", **SET)
        monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
        monkeypatch.setattr(tasks, "send_job", sent.append)

        run_bulk_job(job.pk)

        assert (sent, fresh(job).done) == ([job.pk], 2)


class TestNumberOfQueries:
    @pytest.mark.parametrize("kind", ["correct_tag", "clear_correction"])
    def test_a_piece_takes_the_same_queries_for_any_number_of_faces(
        self, start, many_faces, monkeypatch, kind
    ):
        arguments = SET if kind == "correct_tag" else {"facet": "glasses"}

        def queries(number: int) -> int:
            job = start(kind, **arguments)
            BulkPiece.objects.filter(job=job).update(ids=faces[:number])
            with CaptureQueriesContext(connection) as captured:
                assert work(job.pk)
            return len(captured)

        faces = many_faces(300)
        if kind == "clear_correction":
            run_bulk_job(start("correct_tag", **SET).pk)

        assert queries(3) == queries(250)

    def test_a_thousand_faces_and_one_are_three_pieces(self, do, many_faces, monkeypatch):
        monkeypatch.setattr(tasks, "TURN_SECONDS", 1000)
        many_faces(1001)

        job = do("correct_tag", **SET)
        undo_job(job, user=None)
        run_bulk_job(job.pk)

        assert [len(piece.ids) for piece in job.pieces.order_by("pk")] == [500, 500, 1]
        assert (job.changed, fresh(job).restored) == (1001, 1001)
        assert not FaceTag.objects.exists()


class TestCancelling:
    def test_it_goes_no_further_and_keeps_what_is_done(self, start, glasses_face, in_twos):
        for _ in range(4):
            glasses_face("none")
        job = start("correct_tag", **SET)
        work(job.pk)

        cancel_job(job)
        run_bulk_job(job.pk)

        job = fresh(job)
        assert (job.status, job.done, corrected()) == ("cancelled", 2, 2)
        assert job.finished_at is not None

    def test_what_is_done_can_be_undone(self, start, glasses_face, in_twos):
        for _ in range(4):
            glasses_face("none")
        job = start("correct_tag", **SET)
        work(job.pk)
        cancel_job(job)

        undo_job(job, user=None)
        run_bulk_job(job.pk)

        assert (fresh(job).status, fresh(job).restored, corrected()) == ("undone", 2, 0)

    def test_cancelling_twice_is_no_error(self, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", **SET)

        cancel_job(job)

        assert cancel_job(job).status == "cancelled"

    def test_a_finished_job_cannot_be_cancelled(self, do, glasses_face):
        glasses_face("none")

        with pytest.raises(NotPossibleNow):
            cancel_job(do("correct_tag", **SET))


class TestUndoing:
    def test_asking_twice_is_no_error(self, do, glasses_face):
        glasses_face("none")
        job = do("correct_tag", **SET)

        undo_job(job, user=None)
        assert undo_job(job, user=None).status == "undoing"
        run_bulk_job(job.pk)
        assert undo_job(job, user=None).status == "undone"

        assert TagCorrection.objects.count() == 2

    def test_it_goes_on_where_a_worker_was_killed(self, do, glasses_face, in_twos):
        for _ in range(5):
            glasses_face("none")
        job = do("correct_tag", **SET)
        undo_job(job, user=None)

        assert work(job.pk)
        assert 0 < fresh(job).restored < 5
        run_bulk_job(job.pk)

        assert (fresh(job).status, fresh(job).restored) == ("undone", 5)
        assert TagCorrection.objects.count() == 10

    @pytest.mark.parametrize(
        ("state", "why"),
        [
            ({"status": "running"}, "Cancel the job"),
            ({"changed": 0}, "changed nothing"),
            ({"finished_at": timezone.now() - timedelta(days=31)}, "30 days"),
            ({"action": "analyze", "arguments": {}}, "cannot be undone"),
        ],
    )
    def test_it_says_why_it_cannot_be(self, do, glasses_face, state, why):
        glasses_face("none")
        job = do("correct_tag", **SET)
        BulkJob.objects.update(**state)

        with pytest.raises(NotPossibleNow, match=why):
            undo_job(job, user=None)

    def test_a_piece_that_cannot_be_undone_is_told(self, do, glasses_face, monkeypatch):
        glasses_face("none")
        job = do("correct_tag", **SET)

        def fail(*_: object, **__: object) -> None:
            raise DamError("These are locked.", code="locked")

        monkeypatch.setattr(tag_actions, "take_back", fail)
        undo_job(job, user=None)
        run_bulk_job(job.pk)

        assert (fresh(job).status, fresh(job).left_alone) == ("undone", 1)
        assert BulkPiece.objects.get().error_code == "locked"


class TestSweeping:
    def test_a_job_that_was_lost_is_sent_again(self, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", **SET)
        assert take_unsent_jobs() == []
        BulkJob.objects.update(sent_at=timezone.now() - timedelta(minutes=5))

        assert take_unsent_jobs() == [job.pk]
        assert take_unsent_jobs() == []

    def test_finished_jobs_are_left_alone(self, do, glasses_face):
        glasses_face("none")
        do("correct_tag", **SET)
        BulkJob.objects.update(sent_at=None)

        assert take_unsent_jobs() == []

    def test_without_a_broker_it_waits_for_the_next_sweep(self, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", **SET)
        BulkJob.objects.update(sent_at=None)

        sweep_bulk_jobs()

        assert (fresh(job).status, fresh(job).sent_at) == ("waiting", None)

    def test_pieces_that_are_too_old_to_be_undone_are_forgotten(self, do, glasses_face):
        glasses_face("none")
        old, new = do("correct_tag", **SET), do("correct_tag", facet="glasses", value="none")
        month_ago = timezone.now() - timedelta(days=31)
        BulkJob.objects.filter(pk=old.pk).update(finished_at=month_ago)

        sweep_bulk_jobs()

        assert {piece.job_id for piece in BulkPiece.objects.all()} == {new.pk}
        assert BulkJob.objects.count() == 2


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def run(self, job: BulkJob, *, barrier: Barrier) -> None:
        barrier.wait(10)
        run_bulk_job(job.pk)
        connection.close()

    def test_a_job_that_is_delivered_twice_is_done_once(
        self, start, many_faces, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(CorrectTag, "piece_size", 5)
        many_faces(60)
        job = start("correct_tag", **SET)
        barrier = Barrier(3)

        with ThreadPoolExecutor() as threads:
            runs = [threads.submit(self.run, job, barrier=barrier) for _ in range(3)]
            for run in runs:
                run.result(60)
        run_bulk_job(job.pk)

        assert (fresh(job).status, fresh(job).done, fresh(job).changed) == ("done", 60, 60)
        assert TagCorrection.objects.count() == 60

    def test_of_two_workers_one_leaves_the_job_to_the_other(self, start, many_faces):
        many_faces(1)
        job = start("correct_tag", **SET)
        held, looked = Event(), Event()

        def hold() -> None:
            with transaction.atomic():
                BulkJob.objects.select_for_update(no_key=True).get(pk=job.pk)
                held.set()
                looked.wait(10)
            connection.close()

        with ThreadPoolExecutor() as threads:
            holder = threads.submit(hold)
            held.wait(10)
            had_something = work(job.pk)
            looked.set()
            holder.result(10)

        assert not had_something
        assert corrected() == 0


def test_every_action_says_what_it_changes(db):
    assert read_action("correct_tag", SET).unit is Unit.FACES
    assert read_action("delete", {}).unit is Unit.PHOTOS
