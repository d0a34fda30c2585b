"""Makes, cancels and undoes bulk jobs. Workers do the rest: see working."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from dam.audit import Actor, Kind, actor_of_person, record
from dam.models import User
from search.bulk.actions import Action
from search.bulk.asking import ACTIONS, Choice
from search.bulk.errors import NothingChosen, NotPossibleNow, NumberChanged
from search.models import BulkJob, BulkPiece

Status = BulkJob.Status

CANCELLABLE = (Status.WAITING, Status.RUNNING)
UNDOABLE = (Status.DONE, Status.FAILED, Status.CANCELLED)
# What an undo has to know is kept that long.
UNDO_WITHIN = timedelta(days=30)
_PIECES_AT_ONCE = 200


def create_job(
    action: Action,
    choice: Choice,
    *,
    user: User | None,
    expected: int | None = None,
    by: Actor | None = None,
) -> BulkJob:
    """Store a job with all its pieces; the caller sends its id once this is committed.

    `expected` is the number that was confirmed; `by` is who asks, where that is not `user`. Raises
    NothingChosen, and NumberChanged.
    """
    total = len(choice.ids)
    if expected is not None and expected != total:
        raise NumberChanged(expected=expected, found=total)
    if not total:
        raise NothingChosen
    with transaction.atomic():
        job = BulkJob.objects.create(
            action=action.kind,
            arguments=action.arguments,
            title=action.title(),
            chosen=choice.words,
            query=choice.query,
            total=total,
            created_by=user,
            sent_at=timezone.now(),
        )
        pieces = (
            BulkPiece(job=job, number=number, ids=choice.ids[start:][: action.piece_size].tolist())
            for number, start in enumerate(range(0, total, action.piece_size))
        )
        BulkPiece.objects.bulk_create(pieces, batch_size=_PIECES_AT_ONCE)
        text = f"began “{job.title}” for {total} {action.unit}: {choice.words}"
        record(Kind.BULK, text, by=by or actor_of_person(user))
    return job


def action_of(job: BulkJob) -> Action:
    """Return what a job does, whether it can be done still or not."""
    return ACTIONS[job.action](**job.arguments)


def can_cancel(job: BulkJob) -> bool:
    return job.status in CANCELLABLE


def can_undo(job: BulkJob) -> bool:
    """Tell whether a job changed something that can be given back."""
    is_kept = job.finished_at is None or timezone.now() - job.finished_at < UNDO_WITHIN
    is_over = job.status in UNDOABLE and is_kept
    return is_over and bool(job.changed) and ACTIONS[job.action].can_undo


def cancel_job(job: BulkJob) -> BulkJob:
    """Let a job go no further; what it did stays. Raises NotPossibleNow.

    Waits for the piece that is being done. Cancelling twice is no error.
    """
    with transaction.atomic():
        job = _hold(job)
        if job.status == Status.CANCELLED:
            return job
        if not can_cancel(job):
            raise NotPossibleNow("Only a job that is not finished can be cancelled.")
        # The worker finishes it: files of deleted photos may be left.
        job.status, job.sent_at = Status.CANCELLED, None
        job.save(update_fields=["status", "sent_at"])
    return job


def undo_job(job: BulkJob, *, user: User | None, by: Actor | None = None) -> BulkJob:
    """Let workers give back what a job changed; the caller sends its id. Raises NotPossibleNow.

    Asking twice is no error.
    """
    with transaction.atomic():
        job = _hold(job)
        if job.status in (Status.UNDOING, Status.UNDONE):
            return job
        if not can_undo(job):
            raise NotPossibleNow(_why_not(job))
        BulkJob.objects.filter(pk=job.pk).update(
            status=Status.UNDOING,
            undone_by=user,
            started_at=Now(),
            finished_at=None,
            sent_at=Now(),
            error_code="",
            error_message="",
        )
        record(Kind.BULK, f"took “{job.title}” back", by=by or actor_of_person(user))
    job.refresh_from_db()
    return job


def _hold(job: BulkJob) -> BulkJob:
    """Hold a job's row, and so keep workers from its pieces, until the transaction ends."""
    held: BulkJob = BulkJob.objects.select_for_update(no_key=True).get(pk=job.pk)
    return held


def _why_not(job: BulkJob) -> str:
    if not ACTIONS[job.action].can_undo:
        return "This cannot be undone."
    if job.status not in UNDOABLE:
        return "Cancel the job, or wait until it is done; then it can be undone."
    if not job.changed:
        return "The job changed nothing, so there is nothing to undo."
    return f"A job can be undone for {UNDO_WITHIN.days} days; this one is older."
