"""Begins, claims, cancels and ends runs. Only the holder of the newest claim may go on with one.

As analyses are: a lease says when somebody else may take over, and the number of the claim that
the one before cannot write any more. Times are the database's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from analysis.connectors.errors import NotPossibleNow, RunInProgress, StaleClaim
from analysis.connectors.models import Connector, ConnectorRun
from dam.errors import DamError
from dam.models import User

logger = logging.getLogger(__name__)

Status = ConnectorRun.Status

RESEND_AFTER = timedelta(seconds=60)
FIRST_DELAY_SECONDS = 15
LONGEST_DELAY_SECONDS = 900
# Of each connector; older ones are forgotten.
KEPT_RUNS = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to go on with a run, until somebody holds a newer one."""

    run_id: int
    number: int


def start_run(
    connector: Connector, *, is_dry_run: bool = False, user: User | None, is_scheduled: bool = False
) -> ConnectorRun:
    """Store a run; the caller sends its id. Raises RunInProgress and NotPossibleNow."""
    if not connector.is_enabled:
        raise NotPossibleNow("This connector is switched off.")
    try:
        with transaction.atomic():
            run: ConnectorRun = ConnectorRun.objects.create(
                connector=connector,
                is_dry_run=is_dry_run,
                is_scheduled=is_scheduled,
                created_by=user,
                sent_at=timezone.now(),
            )
    except IntegrityError as error:
        raise RunInProgress from error
    old = connector.runs.order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS:]
    connector.runs.filter(pk__in=list(old)).delete()
    return run


def cancel_run(run: ConnectorRun) -> ConnectorRun:
    """Let a run go no further; what it did stays. Raises NotPossibleNow where it is over.

    Cancelling twice is no error.
    """
    with transaction.atomic():
        run = ConnectorRun.objects.select_for_update().get(pk=run.pk)
        if run.status == Status.CANCELLED:
            return run
        if run.finished_at is not None:
            raise NotPossibleNow("Only a run that is not finished can be cancelled.")
        run.status, run.finished_at = Status.CANCELLED, timezone.now()
        run.error_code = run.error_message = ""
        run.save()
    return run


def claim_run(run_id: int) -> Claim | None:
    """Take a run on; None where it is over, has to wait, or somebody is at it."""
    now, unfinished = Now(), Q(pk=run_id, finished_at=None)
    is_free = Q(lease_expires_at=None) | Q(lease_expires_at__lte=now)
    is_due = Q(not_before=None) | Q(not_before__lte=now)
    with transaction.atomic():
        runs = ConnectorRun.objects.select_for_update(skip_locked=True)
        run = runs.filter(unfinished, is_free, is_due).first()
        if run is None:
            return None
        ConnectorRun.objects.filter(pk=run_id).update(
            claim=F("claim") + 1,
            status=Status.RUNNING,
            lease_expires_at=now + _lease(),
            sent_at=now,
            started_at=run.started_at or now,
        )
    return Claim(run_id, run.claim + 1)


@contextmanager
def held(claim: Claim) -> Iterator[ConnectorRun]:
    """Give a run's row in a transaction that holds it, and store how it is left.

    Raises StaleClaim where the run was cancelled, taken over or deleted.
    """
    with transaction.atomic():
        runs = ConnectorRun.objects.select_for_update(of=("self",)).select_related("connector")
        run = runs.filter(
            pk=claim.run_id, claim=claim.number, status=Status.RUNNING, finished_at=None
        ).first()
        if run is None:
            raise StaleClaim
        yield run
        run.failures, run.not_before = 0, None
        run.error_code = run.error_message = ""
        run.save()
        ConnectorRun.objects.filter(pk=run.pk).update(
            lease_expires_at=Now() + _lease(), sent_at=Now()
        )


def release_run(claim: Claim) -> None:
    """Let somebody else go on with a run."""
    mine = ConnectorRun.objects.filter(pk=claim.run_id, claim=claim.number)
    mine.update(lease_expires_at=None)


def finish_run(run: ConnectorRun) -> None:
    """End a run whose row is held."""
    run.status, run.finished_at = Status.DONE, timezone.now()
    logger.info("connector run %s: %s pulled, %s written", run.pk, run.pulled, run.written)


def note_failure(claim: Claim, error: DamError) -> None:
    """Let a run be tried again later, or end it where that would be of no use."""
    with transaction.atomic():
        run = (
            ConnectorRun.objects.select_for_update()
            .filter(pk=claim.run_id, claim=claim.number, finished_at=None)
            .first()
        )
        if run is None:
            return
        run.failures += 1
        run.error_code, run.error_message = error.code, error.message
        run.lease_expires_at = run.sent_at = None
        if error.retry and run.failures < settings.DAM_MAX_ATTEMPTS:
            seconds = FIRST_DELAY_SECONDS * 2 ** (run.failures - 1)
            run.not_before = timezone.now() + timedelta(seconds=min(seconds, LONGEST_DELAY_SECONDS))
        else:
            run.status, run.finished_at = Status.FAILED, timezone.now()
        run.save()
    logger.warning("connector run %s: %s", claim.run_id, error.code)


def begin_due_runs() -> None:
    """Begin a run of each connector whose interval is over since its last one began."""
    enabled = Connector.objects.filter(is_enabled=True, interval_minutes__gt=0)
    real = Q(runs__is_dry_run=False)
    for connector in enabled.annotate(last=Max("runs__created_at", filter=real)):
        interval = timedelta(minutes=connector.interval_minutes)
        if connector.last is None or connector.last <= timezone.now() - interval:
            try:
                run = start_run(connector, user=None, is_scheduled=True)
            except (RunInProgress, NotPossibleNow):
                continue
            mark_unsent(run.pk)


def mark_unsent(run_id: int) -> None:
    """Let the next sweep send a run."""
    ConnectorRun.objects.filter(pk=run_id, finished_at=None).update(sent_at=None)


def take_unsent_runs() -> list[int]:
    """Return the ids of unfinished runs at which nobody works, and mark them as sent."""
    now = Now()
    silent = Q(sent_at=None) | Q(sent_at__lte=now - RESEND_AFTER)
    is_free = Q(lease_expires_at=None) | Q(lease_expires_at__lte=now)
    is_due = Q(not_before=None) | Q(not_before__lte=now)
    with transaction.atomic():
        runs = ConnectorRun.objects.select_for_update(skip_locked=True)
        found = runs.filter(silent, is_free, is_due, finished_at=None)
        ids = list(found.values_list("pk", flat=True))
        ConnectorRun.objects.filter(pk__in=ids).update(sent_at=now)
    return ids


def _lease() -> timedelta:
    return timedelta(seconds=settings.DAM_LEASE_SECONDS)
