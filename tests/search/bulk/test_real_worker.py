"""Bulk jobs with a real broker and worker."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from analysis.models import FaceTag, TagCorrection
from search.bulk.asking import choose_by_query, read_action
from search.bulk.jobs import create_job, undo_job
from search.bulk.tag_actions import CorrectTag
from search.bulk.tasks import send_job, sweep_bulk_jobs
from search.models import BulkJob
from search.query import FaceQuery

FACES = 120


@pytest.fixture
def job(live_worker, many_faces, monkeypatch) -> BulkJob:
    """A job of many small pieces that nobody has begun."""
    monkeypatch.setattr(CorrectTag, "piece_size", 4)
    many_faces(FACES)
    action = read_action("correct_tag", {"facet": "glasses", "value": "sunglasses"})
    return create_job(action, choose_by_query(FaceQuery(), action.unit), user=None)


def wait_until(job: BulkJob, *statuses: str, done: int = 0, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while job.status not in statuses or job.done < done:
        assert time.monotonic() < end, f"{job.status}, {job.done}: {job.error_message}"
        time.sleep(0.02)
        job.refresh_from_db()


def corrected() -> int:
    return FaceTag.objects.filter(value="sunglasses", source="user").count()


def test_a_job_is_finished_though_the_worker_was_killed_and_is_undone(live_worker, job):
    send_job(job.pk)
    wait_until(job, "running", done=8)

    live_worker.kill()

    job.refresh_from_db()
    assert 0 < job.done < FACES
    assert corrected() == job.done
    live_worker.start()
    # As if nobody had heard of it for a while.
    BulkJob.objects.update(sent_at=timezone.now() - timedelta(minutes=5))
    sweep_bulk_jobs.delay()
    wait_until(job, "done")
    assert (job.changed, corrected(), TagCorrection.objects.count()) == (FACES, FACES, FACES)
    undo_job(job, user=None)
    send_job(job.pk)
    wait_until(job, "undone")
    assert (job.restored, corrected()) == (FACES, 0)
