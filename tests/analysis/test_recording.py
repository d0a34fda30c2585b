from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import DataError, connection, transaction
from django.utils import timezone

from analysis.errors import AttemptFailed, OtherVersion, StaleClaim
from analysis.models import AnalysisRun, Face
from analysis.pipeline.types import Box
from analysis.recording import (
    Claim,
    claim_run,
    fail_run,
    queue_run,
    queue_runs,
    record_results,
    renew_lease,
    requeue_runs,
    retarget_run,
    retry_delay,
    take_unsent_runs,
)
from dam.deletion import delete_asset
from dam.errors import DamError
from dam.models import Asset
from tests.factories import make_asset, make_face, make_run
from tests.fakes import EMBEDDING_NET, fake_result

pytestmark = pytest.mark.django_db

Status = AnalysisRun.Status
NEAR = Box(10, 10, 100, 100)
FAR = Box(400, 10, 80, 80)


def new_asset() -> Asset:
    """Return an asset that nobody has queued yet."""
    asset = make_asset()
    asset.runs.all().delete()
    return asset


def ago(**duration: float):
    return timezone.now() - timedelta(**duration)


def ahead(**duration: float):
    return timezone.now() + timedelta(**duration)


def claim(run: AnalysisRun) -> Claim:
    claimed = claim_run(run.pk)
    assert claimed is not None
    return claimed


def expire_lease(run: AnalysisRun) -> None:
    AnalysisRun.objects.filter(pk=run.pk).update(lease_expires_at=ago(seconds=1))


def record(claimed: Claim, *boxes: Box) -> int:
    results = [fake_result(box, seed=index) for index, box in enumerate(boxes)]
    return record_results(claimed, results, embedding_net=EMBEDDING_NET)


class TestQueueing:
    def test_a_new_asset_gets_a_queued_run(self):
        run = queue_run(new_asset(), version="v1")

        run.refresh_from_db()
        assert (run.status, run.attempts, run.pipeline_version) == (Status.QUEUED, 0, "v1")

    def test_queueing_twice_makes_one_run(self):
        asset = new_asset()

        first, second = queue_run(asset, version="v1"), queue_run(asset, version="v1")

        assert first == second

    def test_another_version_is_another_run(self):
        asset = new_asset()

        assert queue_run(asset, version="v1") != queue_run(asset, version="v2")

    def test_a_finished_run_stays_finished(self):
        run = make_run(status=Status.SUCCEEDED, version="v1")

        assert queue_run(run.asset, version="v1").status == Status.SUCCEEDED

    def test_queue_runs_leaves_out_assets_that_have_one(self):
        done, old, new = new_asset(), new_asset(), new_asset()
        make_run(done, status=Status.FAILED, version="v2")
        make_run(old, status=Status.SUCCEEDED, version="v1")

        queued = queue_runs(Asset.objects.all(), version="v2", batch_size=1)

        waiting = AnalysisRun.objects.filter(status=Status.QUEUED, pipeline_version="v2")
        assert queued == 2
        assert {run.asset for run in waiting} == {old, new}

    def test_queue_runs_are_sent_by_the_next_sweep(self):
        new_asset()

        queue_runs(Asset.objects.all(), version="v1")

        assert take_unsent_runs(10) == [AnalysisRun.objects.get().pk]

    def test_requeued_runs_have_all_their_attempts_again(self, settings):
        settings.DAM_MAX_ATTEMPTS = 1
        run = make_run()
        fail_run(claim(run), AttemptFailed("no"))

        requeued = requeue_runs(AnalysisRun.objects.all())

        assert requeued == 1
        assert claim_run(run.pk) is not None

    def test_requeued_runs_show_no_old_error(self):
        make_run(status=Status.FAILED, error_code="too_slow", error_message="It was.")

        requeue_runs(AnalysisRun.objects.all())

        run = AnalysisRun.objects.get()
        assert (run.status, run.error_code, run.error_message) == (Status.QUEUED, "", "")

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
    def test_unfinished_runs_are_not_requeued(self, status):
        make_run(status=status)

        assert requeue_runs(AnalysisRun.objects.all()) == 0


class TestClaiming:
    def test_a_claim_is_held_under_a_lease(self, settings):
        settings.DAM_LEASE_SECONDS = 100
        run = make_run()

        claimed = claim(run)

        run.refresh_from_db()
        assert (claimed.run_id, claimed.asset_id, claimed.attempt) == (run.pk, run.asset_id, 1)
        assert run.status == Status.RUNNING
        assert ahead(seconds=90) < run.lease_expires_at < ahead(seconds=101)

    def test_a_claimed_run_is_nobody_elses(self):
        run = make_run()
        claim(run)

        assert claim_run(run.pk) is None

    @pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
    def test_a_finished_run_is_not_claimed(self, status):
        assert claim_run(make_run(status=status).pk) is None

    def test_a_run_that_does_not_exist_is_not_claimed(self):
        assert claim_run(1) is None

    def test_an_expired_lease_lets_another_take_over(self):
        run = make_run()
        claim(run)
        expire_lease(run)

        assert claim(run).attempt == 2

    def test_a_run_waits_for_its_time(self):
        assert claim_run(make_run(not_before=ahead(seconds=30)).pk) is None

    def test_a_run_is_claimed_when_its_time_has_come(self):
        assert claim_run(make_run(not_before=ago(seconds=1)).pk) is not None

    def test_a_renewed_lease_is_longer(self):
        run = make_run()
        claimed = claim(run)
        expire_lease(run)

        assert renew_lease(claimed)
        assert claim_run(run.pk) is None

    def test_a_lease_that_another_took_is_not_renewed(self):
        run = make_run()
        stale = claim(run)
        expire_lease(run)
        claim(run)

        assert not renew_lease(stale)

    def test_a_run_whose_workers_always_die_fails(self, settings):
        settings.DAM_MAX_ATTEMPTS = 2
        run = make_run()
        for _ in range(2):
            claim(run)
            expire_lease(run)

        assert claim_run(run.pk) is None
        run.refresh_from_db()
        assert (run.status, run.error_code) == (Status.FAILED, "gave_up")
        assert "2 times" in run.error_message


@pytest.mark.django_db(transaction=True)
def test_only_one_of_eight_claims_wins():
    run = make_run()
    start = threading.Barrier(8)

    def compete(_: int) -> Claim | None:
        try:
            start.wait(10)
            return claim_run(run.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(compete, range(8)))

    assert [claimed.attempt for claimed in claims if claimed] == [1]


class TestRecording:
    def test_faces_are_stored_with_everything_the_nets_said(self):
        run = make_run()
        result = fake_result(NEAR, seed=3)

        record_results(claim(run), [result], embedding_net="net-1")

        face = Face.objects.get()
        assert (face.asset_id, face.run_id, face.position) == (run.asset_id, run.pk, 0)
        assert face.box == NEAR
        assert face.landmarks == pytest.approx(result.landmarks.ravel().tolist())
        assert face.pupils == [
            value for pupil in result.pupils for value in (pupil.x, pupil.y, pupil.radius)
        ]
        assert (face.yaw, face.pitch, face.roll) == (1.0, 2.0, 3.0)
        assert face.readings == result.readings
        assert (face.quality_score, face.quality_pose) == (90.0, 97.0)
        assert face.embedding_net == "net-1"

    def test_embeddings_keep_half_precision(self):
        result = fake_result(NEAR)

        record_results(claim(make_run()), [result], embedding_net=EMBEDDING_NET)

        stored = np.array(Face.objects.get().embedding)
        assert stored == pytest.approx(result.embedding, abs=1e-4)

    def test_the_run_succeeds(self):
        run = make_run(error_code="too_slow", error_message="The attempt before was.")

        assert record(claim(run), NEAR, FAR) == 2

        run.refresh_from_db()
        assert (run.status, run.face_count, run.error_code) == (Status.SUCCEEDED, 2, "")
        assert run.finished_at is not None
        assert run.lease_expires_at is None

    def test_a_picture_without_faces_succeeds(self):
        run = make_run()

        record(claim(run))

        run.refresh_from_db()
        assert (run.status, run.face_count) == (Status.SUCCEEDED, 0)

    def test_positions_follow_the_order_of_the_results(self):
        record(claim(make_run()), NEAR, FAR)

        assert [face.box for face in Face.objects.order_by("position")] == [NEAR, FAR]

    def test_faces_keep_their_uid_over_an_analysis_by_other_nets(self):
        asset = new_asset()
        record(claim(make_run(asset, version="v1")), NEAR, FAR)
        before = dict(Face.objects.values_list("left", "uid"))

        moved = Box(FAR.left + 2, FAR.top, FAR.width, FAR.height)
        record(claim(make_run(asset, version="v2")), moved, NEAR)

        after = dict(Face.objects.values_list("left", "uid"))
        assert after == {NEAR.left: before[NEAR.left], moved.left: before[FAR.left]}

    def test_faces_that_are_found_again_take_their_new_place(self):
        asset = new_asset()
        record(claim(make_run(asset, version="v1")), NEAR, FAR)

        record(claim(make_run(asset, version="v2")), FAR, NEAR)

        assert [face.box for face in Face.objects.order_by("position")] == [FAR, NEAR]

    def test_faces_that_are_not_found_again_are_deleted(self):
        asset = new_asset()
        record(claim(make_run(asset, version="v1")), NEAR, FAR)

        record(claim(make_run(asset, version="v2")), FAR)

        assert [face.box for face in Face.objects.all()] == [FAR]

    def test_faces_of_other_assets_are_left_alone(self):
        other = make_face()

        record(claim(make_run()), NEAR)

        assert Face.objects.filter(pk=other.pk).exists()

    def test_running_twice_changes_nothing(self):
        run = make_run()
        record(claim(run), NEAR, FAR)
        before = list(Face.objects.order_by("pk").values("uid", "left", "position", "readings"))

        requeue_runs(AnalysisRun.objects.all())
        record(claim(run), NEAR, FAR)

        after = list(Face.objects.order_by("pk").values("uid", "left", "position", "readings"))
        assert after == before

    def test_a_stale_workers_results_are_refused(self):
        run = make_run()
        stale = claim(run)
        expire_lease(run)
        fresh = claim(run)

        with pytest.raises(StaleClaim):
            record(stale, NEAR)

        assert not Face.objects.exists()
        assert record(fresh, FAR) == 1

    def test_results_are_refused_after_another_finished(self):
        run = make_run()
        stale = claim(run)
        expire_lease(run)
        record(claim(run), FAR)

        with pytest.raises(StaleClaim):
            record(stale, NEAR)

        assert Face.objects.get().box == FAR

    def test_a_claim_is_good_for_one_result(self):
        claimed = claim(make_run())
        record(claimed, FAR)

        with pytest.raises(StaleClaim):
            record(claimed, NEAR)

        assert Face.objects.get().box == FAR

    def test_a_claim_from_before_a_person_queued_the_run_again_is_stale(self, settings):
        settings.DAM_MAX_ATTEMPTS = 1
        run = make_run()
        stale = claim(run)
        expire_lease(run)
        assert claim_run(run.pk) is None
        requeue_runs(AnalysisRun.objects.all())
        claim(run)

        with pytest.raises(StaleClaim):
            record(stale, NEAR)

    def test_results_of_a_deleted_asset_are_refused(self):
        run = make_run()
        claimed = claim(run)
        run.asset.delete()

        with pytest.raises(StaleClaim):
            record(claimed, NEAR)

    def test_a_lease_that_expired_but_was_not_taken_still_counts(self):
        run = make_run()
        claimed = claim(run)
        expire_lease(run)

        assert record(claimed, NEAR) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failure_in_the_middle_leaves_the_old_faces():
    run = make_run()
    record(claim(run), NEAR)
    requeue_runs(AnalysisRun.objects.all())
    results = [fake_result(FAR), replace(fake_result(NEAR), embedding=np.ones(7, np.float32))]

    with pytest.raises(DataError):
        record_results(claim(run), results, embedding_net=EMBEDDING_NET)

    run.refresh_from_db()
    assert [face.box for face in Face.objects.all()] == [NEAR]
    assert run.status == Status.RUNNING


class TestFailing:
    def test_a_retryable_error_queues_the_run_for_later(self):
        run = make_run()

        fail_run(claim(run), AttemptFailed("The storage is away.", code="storage_unavailable"))

        run.refresh_from_db()
        assert (run.status, run.error_code) == (Status.QUEUED, "storage_unavailable")
        assert run.error_message == "The storage is away."
        assert ahead(seconds=5) < run.not_before < ahead(seconds=25)

    def test_other_errors_fail_the_run_at_once(self):
        run = make_run()

        fail_run(claim(run), DamError("The file is not a picture.", code="not_an_image"))

        run.refresh_from_db()
        assert (run.status, run.error_code) == (Status.FAILED, "not_an_image")
        assert run.finished_at is not None

    def test_the_last_attempt_fails_the_run_with_its_own_reason(self, settings):
        settings.DAM_MAX_ATTEMPTS = 1
        run = make_run()

        fail_run(claim(run), AttemptFailed("The storage is away.", code="storage_unavailable"))

        run.refresh_from_db()
        assert (run.status, run.error_code) == (Status.FAILED, "storage_unavailable")

    def test_a_stale_claim_cannot_fail_a_run(self):
        run = make_run()
        stale = claim(run)
        expire_lease(run)
        claim(run)

        fail_run(stale, DamError("no"))

        run.refresh_from_db()
        assert (run.status, run.error_code) == (Status.RUNNING, "")

    def test_a_failed_analysis_keeps_the_old_faces(self):
        run = make_run()
        record(claim(run), NEAR)
        requeue_runs(AnalysisRun.objects.all())

        fail_run(claim(run), DamError("no"))

        assert Face.objects.count() == 1

    @pytest.mark.parametrize(("tries", "seconds"), [(1, 15), (2, 30), (4, 120), (30, 900)])
    def test_delays_double_up_to_a_limit_and_spread(self, tries, seconds):
        delays = [retry_delay(tries).total_seconds() for _ in range(200)]

        assert seconds * 0.5 <= min(delays) < seconds * 0.8
        assert seconds * 1.2 < max(delays) <= seconds * 1.5


class TestRetargeting:
    def test_a_run_that_waited_over_an_upgrade_becomes_one_of_the_new_nets(self):
        run = make_run(version="v1")

        claimed = retarget_run(claim(run), version="v2")

        run.refresh_from_db()
        assert (run.pipeline_version, claimed.version) == ("v2", "v2")

    def test_an_asset_that_has_a_run_of_those_nets_is_left_alone(self):
        asset = new_asset()
        make_run(asset, version="v2", status=Status.SUCCEEDED)
        claimed = claim(make_run(asset, version="v1"))

        with pytest.raises(OtherVersion):
            retarget_run(claimed, version="v2")

    def test_a_stale_claim_cannot_retarget(self):
        run = make_run(version="v1")
        stale = claim(run)
        expire_lease(run)
        claim(run)

        with pytest.raises(StaleClaim):
            retarget_run(stale, version="v2")


class TestSweeping:
    def test_what_was_never_sent_is_taken_once(self):
        run = make_run()

        assert take_unsent_runs(10) == [run.pk]
        assert take_unsent_runs(10) == []

    def test_what_was_just_sent_is_left_to_the_broker(self):
        make_run(sent_at=ago(seconds=50))

        assert take_unsent_runs(10) == []

    def test_what_the_broker_lost_is_sent_again(self):
        run = make_run(sent_at=ago(seconds=61))

        assert take_unsent_runs(10) == [run.pk]

    def test_a_run_that_waits_for_its_time_is_not_sent(self):
        make_run(not_before=ahead(seconds=5))

        assert take_unsent_runs(10) == []

    def test_a_failed_attempt_is_sent_as_soon_as_its_time_has_come(self):
        run = make_run(sent_at=ago(seconds=1))
        fail_run(claim(run), AttemptFailed("no"))
        AnalysisRun.objects.update(not_before=ago(seconds=1))

        assert take_unsent_runs(10) == [run.pk]

    def test_the_run_of_a_dead_worker_is_sent_at_once(self):
        run = make_run(sent_at=ago(seconds=1))
        claim(run)
        expire_lease(run)

        assert take_unsent_runs(10) == [run.pk]

    def test_the_run_of_a_live_worker_is_not_sent(self):
        claim(make_run())

        assert take_unsent_runs(10) == []

    @pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
    def test_finished_runs_are_not_sent(self, status):
        make_run(status=status)

        assert take_unsent_runs(10) == []

    def test_the_oldest_come_first(self):
        runs = [make_run() for _ in range(3)]

        assert take_unsent_runs(2) == [run.pk for run in runs[:2]]

    def test_younger_runs_wait_while_the_oldest_are_with_the_broker(self):
        for _ in range(3):
            make_run()
        take_unsent_runs(2)

        assert take_unsent_runs(2) == []


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_the_same_time_send_different_runs():
    run = make_run()

    def sweep() -> list[int]:
        try:
            return take_unsent_runs(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        mine = take_unsent_runs(10)
        theirs = pool.submit(sweep).result(timeout=5)

    assert (mine, theirs) == ([run.pk], [])


@pytest.mark.django_db(transaction=True)
def test_deleting_an_asset_waits_for_its_recording_and_holds_nothing_meanwhile():
    run = make_run()

    def delete() -> None:
        try:
            delete_asset(run.asset)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Asset.objects.select_for_update(no_key=True).get(pk=run.asset_id)
            deletion = pool.submit(delete)
            while not someone_waits_for_a_lock():
                time.sleep(0.01)

            AnalysisRun.objects.select_for_update(nowait=True).get(pk=run.pk)
        deletion.result(timeout=10)

    assert not AnalysisRun.objects.exists()


def someone_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
