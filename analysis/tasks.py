"""What a worker does: analyze one asset, and send again what was lost."""

from __future__ import annotations

import logging
from functools import partial

import django.db
from celery import shared_task
from django.conf import settings
from django.db import close_old_connections
from kombu.exceptions import OperationalError

from analysis import nets
from analysis.compat.scaleflex import pictures
from analysis.decisions.drawn import add_drawn_faces
from analysis.errors import StaleClaim, explain
from analysis.face_crops import store_face_crop
from analysis.leases import renewed_lease
from analysis.matching import MIN_OVERLAP
from analysis.originals import read_original
from analysis.recording import (
    Claim,
    claim_run,
    fail_run,
    mark_unsent,
    record_results,
    retarget_run,
    take_unsent_runs,
)
from dam.models import Asset

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 1000
# Before the hard limit kills the process, so that the run can still say why it failed.
SOFT_LIMIT_SECONDS = settings.DAM_TASK_TIME_LIMIT_SECONDS * 0.9


@shared_task(name="analysis.analyze_asset", soft_time_limit=SOFT_LIMIT_SECONDS)
def analyze_asset(run_id: int) -> None:
    """Claim a run, find its asset's faces and record them, or why that failed."""
    claim = claim_run(run_id)
    if claim is None:
        logger.debug("run %s is not to be taken", run_id)
        return
    try:
        face_count = _analyze(claim)
    except StaleClaim as error:
        logger.warning("%s", error.message)
    except Exception as error:
        known = explain(error)
        if known is not error:
            logger.exception("run %s failed", run_id)
        if isinstance(error, django.db.Error):
            # Not on the connection that just broke.
            close_old_connections()
        fail_run(claim, known)
    else:
        logger.info("run %s: %s faces", run_id, face_count)


@shared_task(name="analysis.sweep_runs")
def sweep_runs() -> None:
    """Send runs that the broker lost, whose time has come, or whose worker died."""
    for run_id in take_unsent_runs(SWEEP_LIMIT):
        if not send_run(run_id):
            return


def sweep_soon() -> None:
    """Have a worker sweep now rather than in some seconds; if the broker is down it is then."""
    try:
        sweep_runs.delay()
    except OperationalError as error:
        logger.warning("waiting runs are sent by the next sweep, the broker is down: %s", error)


@shared_task(name="analysis.remove_old_drawn")
def remove_old_drawn() -> None:
    """Remove drawn pictures that nobody can fetch any more."""
    hours = pictures.remove_old_drawn()
    logger.info("drawn pictures of %s hours were removed", hours)


def send_run(run_id: int) -> bool:
    """Give a run's id to the broker; False if it is down. The sweeper sends it again then."""
    try:
        analyze_asset.delay(run_id)
    except OperationalError as error:
        logger.warning("run %s could not be sent, it is tried again later: %s", run_id, error)
        mark_unsent(run_id)
        return False
    return True


def _analyze(claim: Claim) -> int:
    pipeline = nets.pipeline(processes=settings.DAM_WORKER_PROCESSES)
    if claim.version != pipeline.version:
        claim = retarget_run(claim, version=pipeline.version)
    asset = Asset.everything.get(pk=claim.asset_id)
    with renewed_lease(claim):
        image = read_original(asset)
        results = add_drawn_faces(
            asset.pk,
            pipeline.analyze(image),
            look=partial(pipeline.analyze_box, image, min_overlap=MIN_OVERLAP),
        )
        for result in results:
            store_face_crop(asset.digest, result.box, image)
        return record_results(claim, results, embedding_net=pipeline.embedding_net)
