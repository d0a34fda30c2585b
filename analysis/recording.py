"""The one writer of AnalysisRun and Face.

A run is queued, claimed under a lease, and finished by the holder of the newest claim. Times are
the database's, so the clocks of several machines need not agree.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from analysis.errors import GaveUp, OtherVersion, StaleClaim
from analysis.faces import apply_result
from analysis.matching import match_faces
from analysis.models import AnalysisRun, Face, FaceTag
from analysis.naming import name_faces
from analysis.pausing.models import AnalysisPause
from analysis.pipeline.types import FaceResult
from analysis.ranking import rank_faces
from analysis.refusals import hide_faces, reveal_faces
from analysis.signals import analysis_recorded
from analysis.tagging import apply_model_tags, lock_assets
from analysis.webhooks.noting import tell_ended
from dam.errors import DamError
from dam.models import Asset

logger = logging.getLogger(__name__)

Status = AnalysisRun.Status

RESEND_AFTER = timedelta(seconds=60)
FIRST_DELAY_SECONDS = 15
LONGEST_DELAY_SECONDS = 900

_CLAIM = """
    UPDATE analysis_analysisrun
    SET status = 'running',
        attempts = attempts + 1,
        sent_at = NULL,
        started_at = STATEMENT_TIMESTAMP(),
        lease_expires_at = STATEMENT_TIMESTAMP() + %(lease)s
    WHERE id = %(run_id)s
      AND (status = 'queued' AND (not_before IS NULL OR not_before <= STATEMENT_TIMESTAMP())
           OR status = 'running' AND lease_expires_at <= STATEMENT_TIMESTAMP())
      AND NOT EXISTS (SELECT FROM analysis_analysispause)
    RETURNING attempts, attempts - attempts_forgiven, asset_id, pipeline_version
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to finish a run, valid until somebody holds a newer attempt."""

    run_id: int
    attempt: int
    asset_id: int
    version: str
    tries: int
    """How often it was claimed since it was last queued by a person."""


def queue_run(asset: Asset, *, version: str) -> AnalysisRun:
    """Return the asset's run for a pipeline version, queued if it is new.

    The caller sends its id once the transaction has committed; if that fails, the sweeper does.
    """
    run, _ = AnalysisRun.objects.get_or_create(
        asset=asset, pipeline_version=version, defaults={"sent_at": Now()}
    )
    return run


def queue_runs(assets: QuerySet[Asset], *, version: str, batch_size: int = 1000) -> int:
    """Queue runs for those of many assets that have none of a version; the sweeper sends them."""
    queued = 0
    last_id = 0
    while True:
        missing = assets.filter(id__gt=last_id).exclude(runs__pipeline_version=version)
        ids = list(missing.order_by("id").values_list("id", flat=True)[:batch_size])
        if not ids:
            return queued
        AnalysisRun.objects.bulk_create(
            [AnalysisRun(asset_id=asset_id, pipeline_version=version) for asset_id in ids],
            ignore_conflicts=True,
        )
        queued += len(ids)
        last_id = ids[-1]


def undone_runs(*, version: str, readings: Collection[str]) -> QuerySet[AnalysisRun]:
    """Return successful runs of a version of which the faces no longer show.

    Other nets wrote the asset's faces since, or some of these readings were erased.
    """
    faces = Face.objects.present().filter(asset_id=OuterRef("asset_id"))
    altered = ~Q(run__pipeline_version=version) | ~Q(readings__has_keys=sorted(readings))
    return AnalysisRun.objects.filter(
        Exists(faces.filter(altered)), pipeline_version=version, status=Status.SUCCEEDED
    )


def requeue_runs(runs: QuerySet[AnalysisRun]) -> int:
    """Queue finished runs again with all their attempts before them; the sweeper sends them."""
    return runs.filter(status__in=(Status.SUCCEEDED, Status.FAILED)).update(
        status=Status.QUEUED,
        attempts_forgiven=F("attempts"),
        queued_at=Now(),
        sent_at=None,
        not_before=None,
        finished_at=None,
        error_code="",
        error_message="",
    )


def take_unsent_runs(limit: int) -> list[int]:
    """Return the ids of runs that the broker has to be given (again), and mark them as sent.

    That is those of the `limit` oldest unfinished runs that are due and were not sent in the last
    RESEND_AFTER. Younger ones wait, so that a long queue does not fill the broker with copies of
    itself. Sweepers at work at the same time get different runs. None while it is paused.
    """
    if AnalysisPause.objects.exists():
        return []
    due = Q(status=Status.QUEUED) & (Q(not_before=None) | Q(not_before__lte=Now()))
    due |= Q(status=Status.RUNNING, lease_expires_at__lte=Now())
    unsent = Q(sent_at=None) | Q(sent_at__lte=Now() - RESEND_AFTER)
    oldest = AnalysisRun.objects.filter(due).order_by("id").values("id")[:limit]
    with transaction.atomic():
        runs = AnalysisRun.objects.select_for_update(skip_locked=True)
        ids = list(
            runs.filter(due, unsent, id__in=oldest).order_by("id").values_list("id", flat=True)
        )
        AnalysisRun.objects.filter(id__in=ids).update(sent_at=Now())
    return ids


def mark_unsent(run_id: int) -> None:
    """Let the next sweep send a run: the broker did not take its id."""
    AnalysisRun.objects.filter(pk=run_id, status=Status.QUEUED).update(sent_at=None)


def mark_all_unsent() -> None:
    """Let the next sweeps send all runs that wait: what was delivered meanwhile was not taken."""
    AnalysisRun.objects.filter(status=Status.QUEUED).exclude(sent_at=None).update(sent_at=None)


def claim_run(run_id: int) -> Claim | None:
    """Take a run that is due or whose holder's lease has expired; None if there is none to take.

    None while analysis is paused: then runs stay as they are. A run that was taken
    DAM_MAX_ATTEMPTS times without an end fails instead.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"run_id": run_id, "lease": _lease()})
        row = cursor.fetchone()
    if row is None:
        return None
    attempt, tries, asset_id, version = row
    claim = Claim(run_id, attempt, asset_id, version, tries)
    if tries > settings.DAM_MAX_ATTEMPTS:
        fail_run(claim, GaveUp(settings.DAM_MAX_ATTEMPTS))
        return None
    return claim


def renew_lease(claim: Claim) -> bool:
    """Extend a claim by DAM_LEASE_SECONDS from now; False if it is not valid any more."""
    return bool(_held(claim).update(lease_expires_at=Now() + _lease()))


def retarget_run(claim: Claim, *, version: str) -> Claim:
    """Let a claimed run be one of the pipeline version that its worker has.

    So a queue that waits over an upgrade is worked off with the new nets. Raises OtherVersion if
    the asset has a run of that version: this one is for older nets, or for a newer worker.
    """
    if AnalysisRun.objects.filter(asset_id=claim.asset_id, pipeline_version=version).exists():
        raise OtherVersion(queued_for=claim.version, worker_has=version)
    if not _held(claim).update(pipeline_version=version):
        raise StaleClaim(claim.run_id)
    return Claim(claim.run_id, claim.attempt, claim.asset_id, version, claim.tries)


def record_results(claim: Claim, results: Sequence[FaceResult], *, embedding_net: str) -> int:
    """Store a finished analysis in one transaction and return the number of faces.

    Faces found again keep their uid, and `position` follows the order of the results. Those not
    found are deleted, or retired where a person corrected them; retired faces that are found again
    come back, unless a person said that they are none. Faces that a person drew stay in any case.
    Raises StaleClaim, and writes nothing, if the claim is not valid any more.
    """
    with transaction.atomic():
        # The asset's lock keeps runs of other versions from writing its faces at the same time.
        # It comes before the run's, as when an asset is deleted, so the two cannot deadlock.
        lock_assets([claim.asset_id])
        run = _held(claim).select_for_update().first()
        if run is None:
            raise StaleClaim(claim.run_id)
        asset = Asset.everything.defer("metadata", "search_text").get(pk=claim.asset_id)
        # The faces of a refused photo are matched as if they were present.
        reveal_faces(asset)
        face_count = _write_faces(run, results, embedding_net=embedding_net)
        hide_faces(asset)
        _held(claim).update(
            status=Status.SUCCEEDED,
            finished_at=Now(),
            lease_expires_at=None,
            face_count=face_count,
            error_code="",
            error_message="",
        )
        analysis_recorded.send_robust(sender=AnalysisRun, asset=asset)
        tell_ended(claim.run_id)
    return face_count


def fail_run(claim: Claim, error: DamError) -> None:
    """Record why an attempt failed: queued again with a delay if that may help, failed if not.

    A claim that is not valid any more changes nothing.
    """
    if error.retry and claim.tries < settings.DAM_MAX_ATTEMPTS:
        outcome = {"status": Status.QUEUED, "not_before": Now() + retry_delay(claim.tries)}
    else:
        outcome = {"status": Status.FAILED, "finished_at": Now()}
    with transaction.atomic():
        changed = _held(claim).update(
            **outcome,
            lease_expires_at=None,
            error_code=error.code,
            error_message=error.message,
        )
        if changed and outcome["status"] == Status.FAILED:
            tell_ended(claim.run_id)
    logger.warning(
        "run %s, attempt %s: %s (%s)",
        claim.run_id,
        claim.attempt,
        error.code,
        outcome["status"] if changed else "claim is stale, nothing recorded",
    )


def retry_delay(tries: int) -> timedelta:
    """Return a delay that doubles with each try, give or take a half so that runs spread out."""
    seconds = min(FIRST_DELAY_SECONDS * 2 ** (tries - 1), LONGEST_DELAY_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311


def _held(claim: Claim) -> QuerySet[AnalysisRun]:
    return AnalysisRun.objects.filter(
        pk=claim.run_id, attempts=claim.attempt, status=Status.RUNNING
    )


def _lease() -> timedelta:
    return timedelta(seconds=settings.DAM_LEASE_SECONDS)


def _write_faces(run: AnalysisRun, results: Sequence[FaceResult], *, embedding_net: str) -> int:
    """Write all faces of the run's asset and return how many are present."""
    stored = Face.objects.filter(asset_id=run.asset_id)
    # Where a retired face fits as well as one that is not, the latter is the one that is meant.
    known = list(stored.order_by(F("retired_at").asc(nulls_first=True), "position"))
    matches = match_faces(known, results)
    found = {match.face.pk for match in matches if match.face is not None}
    _dismiss(stored.exclude(pk__in=found))
    faces: list[Face] = []
    present: list[Face] = []
    for match in matches:
        face = match.face or Face(asset_id=run.asset_id)
        face.run, face.embedding_net = run, embedding_net
        apply_result(face, match.result)
        faces.append(face)
        if face.rejected_at is None:
            face.position, face.retired_at = len(present), None
            present.append(face)
        if match.face is not None:
            face.save()
    Face.objects.bulk_create(face for face in faces if face.pk is None)
    apply_model_tags(faces)
    name_faces(run.asset_id, present)
    # Drawn since the picture was looked at.
    missed = [face for face in known if face.is_drawn and face.pk not in found]
    if missed:
        rank_faces(run.asset_id)
    return len(present) + len(missed)


def _dismiss(faces: QuerySet[Face]) -> None:
    """Retire those of some faces that a person corrected, and delete the others.

    What a person decided about the face itself stays as it is.
    """
    undecided = faces.filter(rejected_at=None, origin=Face.Origin.FOUND)
    corrected = FaceTag.objects.filter(face=OuterRef("pk"), source=FaceTag.Source.USER)
    undecided.exclude(Exists(corrected)).delete()
    undecided.filter(retired_at=None).update(retired_at=Now())
