"""What a worker does for bulk jobs: take their steps, send again what was lost."""

from __future__ import annotations

import logging
import time

import django.db
from celery import shared_task
from django.db import close_old_connections
from kombu.exceptions import OperationalError

from analysis.errors import explain
from search.bulk.working import (
    forget_old_pieces,
    mark_unsent,
    note_failure,
    take_unsent_jobs,
    work,
)
from search.index.folding import fold_changes
from search.index.tasks import PACE_SECONDS, Pace

logger = logging.getLogger(__name__)

# Then others have their turn: photos that were just uploaded must not wait for a million faces.
TURN_SECONDS = 20.0


@shared_task(name="search.run_bulk_job")
def run_bulk_job(job_id: int) -> None:
    """Take a job's steps until all are taken or the turn is over, and then send it again."""
    end = time.monotonic() + TURN_SECONDS
    pace = Pace(PACE_SECONDS)
    try:
        while work(job_id):
            # A turn changes faces by the ten thousand, which every search reads until then.
            if pace.is_due():
                fold_changes(due_only=True)
            if time.monotonic() > end:
                send_job(job_id)
                return
    except Exception as error:
        known = explain(error)
        if known is not error:
            logger.exception("bulk job %s failed", job_id)
        if isinstance(error, django.db.Error):
            # Not on the connection that just broke.
            close_old_connections()
        note_failure(job_id, known)


@shared_task(name="search.sweep_bulk_jobs")
def sweep_bulk_jobs() -> None:
    """Send jobs that the broker lost or whose worker died; forget what is too old to be undone."""
    forget_old_pieces()
    for job_id in take_unsent_jobs():
        if not send_job(job_id):
            return


def send_job(job_id: int) -> bool:
    """Give a job's id to the broker; False if it is down. The sweeper sends it again then."""
    try:
        run_bulk_job.delay(job_id)
    except OperationalError as error:
        logger.warning("bulk job %s could not be sent: %s", job_id, error)
        mark_unsent(job_id)
        return False
    return True
