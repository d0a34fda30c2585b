from __future__ import annotations

import io
import itertools
from datetime import timedelta

import cv2
import numpy as np
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from analysis import nets
from analysis.errors import NetsUnusable
from analysis.manifest import NetError
from analysis.models import AnalysisRun, Face
from analysis.recording import claim_run, queue_run, take_unsent_runs
from analysis.tasks import analyze_asset, send_run, sweep_runs
from dam.ingest import ingest
from dam.models import Asset
from dam.storage import face_crop_path, original_path
from tests.factories import make_run
from tests.fakes import EMBEDDING_NET, VERSION, FakePipeline

pytestmark = pytest.mark.django_db

Status = AnalysisRun.Status


_greys = itertools.cycle(range(256))


def jpeg() -> bytes:
    """Return a picture of 400 × 300 pixels that no other test stores."""
    return cv2.imencode(".jpg", np.full((300, 400, 3), next(_greys), np.uint8))[1].tobytes()


@pytest.fixture
def asset() -> Asset:
    """A stored picture whose run is queued, for nets that need not exist."""
    stored = ingest(io.BytesIO(jpeg()), name="a.jpg", source=Asset.Source.COMMAND).asset
    stored.runs.all().delete()
    return stored


@pytest.fixture
def run(asset: Asset) -> AnalysisRun:
    return queue_run(asset, version=VERSION)


def state(run: AnalysisRun) -> tuple[str, str]:
    run.refresh_from_db()
    return run.status, run.error_code


def test_an_analysis_stores_the_faces(run, fake_pipeline):
    analyze_asset(run.pk)

    assert state(run) == (Status.SUCCEEDED, "")
    faces = Face.objects.filter(asset=run.asset)
    assert [face.width for face in faces] == [160.0, 80.0]
    assert {face.embedding_net for face in faces} == {EMBEDDING_NET}


def test_an_analysis_stores_a_small_picture_of_each_face(run, fake_pipeline):
    analyze_asset(run.pk)

    for face in Face.objects.all():
        assert default_storage.exists(face_crop_path(run.asset.digest, face.box))


def test_a_task_that_is_delivered_twice_works_once(run, fake_pipeline):
    analyze_asset(run.pk)
    analyze_asset(run.pk)

    assert fake_pipeline.pictures == 1


def test_a_task_for_a_run_that_is_gone_does_nothing(run, fake_pipeline):
    run.delete()

    analyze_asset(run.pk)

    assert fake_pipeline.pictures == 0


def test_a_run_that_another_worker_holds_is_left_alone(run, fake_pipeline):
    claim_run(run.pk)

    analyze_asset(run.pk)

    assert fake_pipeline.pictures == 0


def test_a_run_that_another_worker_took_meanwhile_keeps_the_others_state(run, use_pipeline):
    class Slow(FakePipeline):
        def analyze(self, image):
            AnalysisRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
            claim_run(run.pk)
            return super().analyze(image)

    use_pipeline(Slow())

    analyze_asset(run.pk)

    assert state(run) == (Status.RUNNING, "")
    assert not Face.objects.exists()


def test_an_unreadable_original_fails_for_good(run, fake_pipeline):
    path = original_path(run.asset.digest, run.asset.media_type)
    default_storage.delete(path)
    default_storage.save(path, io.BytesIO(jpeg()[:300]))

    analyze_asset(run.pk)

    assert state(run) == (Status.FAILED, "truncated")


def test_a_missing_original_fails_for_good(run, fake_pipeline):
    default_storage.delete(original_path(run.asset.digest, run.asset.media_type))

    analyze_asset(run.pk)

    assert state(run) == (Status.FAILED, "file_missing")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "out_of_memory"),
        (SoftTimeLimitExceeded(), "too_slow"),
        (OSError("the disk is gone"), "storage_unavailable"),
        (RuntimeError("a secret detail"), "unexpected"),
    ],
)
def test_what_may_work_later_is_tried_again(run, use_pipeline, error, code):
    use_pipeline(FakePipeline(error=error))

    analyze_asset(run.pk)

    assert state(run) == (Status.QUEUED, code)
    assert run.not_before > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_in_the_middle_is_opened_again(run, use_pipeline):
    class Unlucky(FakePipeline):
        def analyze(self, image):
            connection.connection.close()
            return super().analyze(image)

    use_pipeline(Unlucky())

    analyze_asset(run.pk)

    assert state(run) == (Status.QUEUED, "database_unavailable")


def test_the_reason_says_nothing_of_the_inside(run, use_pipeline):
    use_pipeline(FakePipeline(error=RuntimeError("a secret detail")))

    analyze_asset(run.pk)

    run.refresh_from_db()
    assert "RuntimeError" in run.error_message
    assert "secret" not in run.error_message


def test_unusable_nets_fail_for_good_and_say_what_to_do(run, monkeypatch):
    def no_nets(*_, **__):
        raise NetError("net_altered", "The net models/x.onnx is not the declared one.")

    monkeypatch.setattr(nets, "load_pipeline", no_nets)

    analyze_asset(run.pk)

    assert state(run) == (Status.FAILED, "net_altered")
    assert "models/x.onnx" in run.error_message
    assert "analyze_assets --failed" in run.error_message


def test_a_queue_that_waited_over_an_upgrade_is_done_with_the_new_nets(run, use_pipeline):
    use_pipeline(FakePipeline(version="1-newer"))

    analyze_asset(run.pk)

    assert state(run) == (Status.SUCCEEDED, "")
    assert run.pipeline_version == "1-newer"


def test_a_run_for_other_nets_waits_for_their_worker(run, use_pipeline):
    make_run(run.asset, version="1-newer", status=Status.SUCCEEDED)
    use_pipeline(FakePipeline(version="1-newer"))

    analyze_asset(run.pk)

    assert state(run) == (Status.QUEUED, "other_version")


def test_nets_are_looked_up_before_each_analysis_and_their_errors_have_a_status():
    error = NetsUnusable(NetError("net_missing", "gone"))

    assert (error.code, error.status, error.retry) == ("net_missing", 503, False)


def test_a_run_is_sent_by_its_id(run, sent_run_ids):
    assert send_run(run.pk)

    assert sent_run_ids == [run.pk]


def test_a_broker_that_is_down_is_no_error(run):
    assert not send_run(run.pk)


def test_what_a_broker_did_not_take_is_due_for_the_next_sweep(run):
    send_run(run.pk)

    assert take_unsent_runs(10) == [run.pk]


def test_a_sweep_sends_what_the_broker_lost(run, sent_run_ids):
    AnalysisRun.objects.update(sent_at=timezone.now() - timedelta(minutes=2))

    sweep_runs()

    assert sent_run_ids == [run.pk]


def test_a_sweep_does_not_send_what_is_on_its_way(run, sent_run_ids):
    sweep_runs()

    assert sent_run_ids == []


def test_a_sweep_without_a_broker_ends_at_once_and_loses_nothing(run, caplog):
    make_run(run.asset, version="another")
    AnalysisRun.objects.update(sent_at=None)

    sweep_runs()

    assert len([record for record in caplog.records if "could not be sent" in record.message]) == 1
    assert AnalysisRun.objects.filter(status=Status.QUEUED).count() == 2
