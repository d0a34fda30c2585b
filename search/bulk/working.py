"""Does and undoes bulk jobs piece by piece. The rows are the truth, the broker carries ids.

A step is one transaction that holds the job's row. So a piece is done once in effect, whoever else
has the job's id, a worker that is killed loses one step at most, and a job that was cancelled goes
no further. Of several workers with the same id one works; the others leave it to that one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from dam.errors import DamError
from search.bulk.actions import Action
from search.bulk.errors import PieceGaveUp
from search.bulk.jobs import UNDO_WITHIN, action_of
from search.models import BulkJob, BulkPiece

logger = logging.getLogger(__name__)

Status = BulkJob.Status

RESEND_AFTER = timedelta(seconds=60)


class Kind(StrEnum):
    APPLY = "apply"
    SETTLE = "settle"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done next to one piece."""

    kind: Kind
    piece: BulkPiece
    action: Action
    reason: str = ""
    """Why the step before it was not taken."""


def work(job_id: int) -> bool:
    """Take the next step of a job; False if there is none, or somebody else is at it.

    What makes a piece impossible is noted on it and the others go on. Any other error is raised:
    the step may be tried again.
    """
    step = _begin(job_id)
    if step is None:
        return False
    try:
        if step.piece.attempts > settings.DAM_MAX_ATTEMPTS:
            raise PieceGaveUp(settings.DAM_MAX_ATTEMPTS, reason=step.reason)
        _STEPS[step.kind](step)
    except DamError as error:
        if error.retry:
            raise
        _note_impossible(step, error)
    return True


def note_failure(job_id: int, error: DamError) -> None:
    """Say on the row why a job did not go on; the sweeper sends it again after a while."""
    unfinished = BulkJob.objects.filter(pk=job_id, finished_at=None)
    unfinished.update(sent_at=Now(), error_code=error.code, error_message=error.message)
    logger.warning("bulk job %s: %s", job_id, error.code)


def mark_unsent(job_id: int) -> None:
    """Let the next sweep send a job: the broker did not take its id."""
    BulkJob.objects.filter(pk=job_id, finished_at=None).update(sent_at=None)


def take_unsent_jobs() -> list[int]:
    """Return the ids of unfinished jobs on which nobody works, and mark them as sent."""
    silent = Q(sent_at=None) | Q(sent_at__lte=Now() - RESEND_AFTER)
    with transaction.atomic():
        jobs = BulkJob.objects.select_for_update(skip_locked=True, no_key=True)
        ids = list(jobs.filter(silent, finished_at=None).values_list("pk", flat=True))
        BulkJob.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


def forget_old_pieces() -> None:
    """Delete the pieces of jobs that are too old to be undone; the jobs stay."""
    BulkPiece.objects.filter(job__finished_at__lt=Now() - UNDO_WITHIN).delete()


def _begin(job_id: int) -> Step | None:
    """Choose the next step and count the attempt, or note that the job is finished."""
    with transaction.atomic():
        jobs = BulkJob.objects.select_for_update(skip_locked=True, no_key=True)
        job = jobs.filter(pk=job_id, finished_at=None).first()
        if job is None:
            return None
        step = _choose_step(job)
        if step is None:
            _finish(job)
            return None
        if job.status == Status.WAITING:
            job.status = Status.RUNNING
            BulkJob.objects.filter(pk=job_id).update(status=Status.RUNNING, started_at=Now())
        if step.kind is not Kind.SETTLE:
            step.piece.attempts += 1
            step.piece.save(update_fields=["attempts"])
        BulkJob.objects.filter(pk=job_id).update(sent_at=Now())
    return step


def _choose_step(job: BulkJob) -> Step | None:
    action = action_of(job)
    done = job.pieces.exclude(done_at=None)
    if action.has_settling:
        piece = done.exclude(notes={}).first()
        if piece is not None:
            return Step(Kind.SETTLE, piece, action, job.error_message)
    piece, kind = None, Kind.APPLY
    if job.status in (Status.WAITING, Status.RUNNING):
        piece = job.pieces.filter(done_at=None).first()
    elif job.status == Status.UNDOING:
        piece, kind = done.filter(undone_at=None, changed__gt=0).last(), Kind.UNDO
    return None if piece is None else Step(kind, piece, action, job.error_message)


def _finish(job: BulkJob) -> None:
    if job.status == Status.UNDOING:
        job.status = Status.UNDONE
    elif job.status != Status.CANCELLED:
        job.status = Status.FAILED if job.failed == job.total else Status.DONE
    BulkJob.objects.filter(pk=job.pk).update(
        status=job.status, finished_at=Now(), error_code="", error_message=""
    )
    logger.info("bulk job %s: %s", job.pk, job.status)


def _apply(step: Step) -> None:
    with transaction.atomic():
        job = _hold(step, (Status.RUNNING,))
        if job is None or not _open(step, done_at=None):
            return
        outcome = step.action.apply(step.piece.ids, user=job.created_by)
        BulkPiece.objects.filter(pk=step.piece.pk).update(
            done_at=Now(), attempts=0, changed=outcome.changed, notes=outcome.notes
        )
        count = len(step.piece.ids)
        _count(job, done=count, changed=outcome.changed, skipped=count - outcome.changed)
    if step.action.has_settling:
        step.piece.notes = outcome.notes
        _settle(step)


def _settle(step: Step) -> None:
    try:
        step.action.settle(step.piece.notes)
    except DamError as error:
        if error.retry:
            raise
        logger.exception("bulk job %s: something is left", step.piece.job_id)
    BulkPiece.objects.filter(pk=step.piece.pk).update(notes={})


def _undo(step: Step) -> None:
    piece = step.piece
    with transaction.atomic():
        job = _hold(step, (Status.UNDOING,))
        if job is None or not _open(step, undone_at=None):
            return
        others = BulkPiece.objects.filter(
            ~Q(job=job),
            Q(undone_at__isnull=False),
            job__arguments__contains=step.action.subject,
            ids__overlap=piece.ids,
        )
        undone = list(others.values_list("notes", flat=True))
        outcome = step.action.undo(piece.notes, undone=undone, user=job.undone_by)
        BulkPiece.objects.filter(pk=piece.pk).update(
            undone_at=Now(), attempts=0, notes=outcome.notes
        )
        _count(job, restored=outcome.restored, left_alone=outcome.left_alone)


_STEPS = {Kind.APPLY: _apply, Kind.SETTLE: _settle, Kind.UNDO: _undo}


def _note_impossible(step: Step, error: DamError) -> None:
    """Let a piece be done, or undone, without a change, and say why."""
    piece, count = step.piece, len(step.piece.ids)
    told = {"error_code": error.code, "error_message": error.message, "attempts": 0}
    with transaction.atomic():
        if step.kind is Kind.UNDO:
            job = _hold(step, (Status.UNDOING,))
            if job is not None and _open(step, undone_at=None):
                BulkPiece.objects.filter(pk=piece.pk).update(undone_at=Now(), **told)
                _count(job, left_alone=piece.changed)
        else:
            job = _hold(step, (Status.RUNNING,))
            if job is not None and _open(step, done_at=None):
                BulkPiece.objects.filter(pk=piece.pk).update(done_at=Now(), **told)
                _count(job, done=count, failed=count)
    logger.warning("bulk job %s, piece %s: %s", piece.job_id, piece.number, error.code)


def _hold(step: Step, statuses: tuple[Status, ...]) -> BulkJob | None:
    """Hold the job's row until the transaction ends; None if it is in another state by now."""
    jobs = BulkJob.objects.select_for_update(of=("self",), no_key=True)
    return jobs.filter(pk=step.piece.job_id, status__in=statuses).first()


def _open(step: Step, **state: None) -> bool:
    """Tell whether nobody else took the step; the job's row is held."""
    return BulkPiece.objects.filter(pk=step.piece.pk, **state).exists()


def _count(job: BulkJob, **numbers: int) -> None:
    BulkJob.objects.filter(pk=job.pk).update(
        **{name: F(name) + number for name, number in numbers.items()},
        sent_at=Now(),
        error_code="",
        error_message="",
    )
