"""Why an analysis did not come to its end, in words for the person who reads the run."""

from __future__ import annotations

import django.db
from celery.exceptions import SoftTimeLimitExceeded

from analysis.manifest import NetError
from dam.errors import DamError


class StaleClaim(DamError):
    """The run was taken by another worker, finished or deleted since it was claimed."""

    code = "stale_claim"

    def __init__(self, run_id: int) -> None:
        super().__init__(f"Run {run_id} belongs to another worker by now.")


class GaveUp(DamError):
    """The run was claimed as often as allowed and never finished."""

    code = "gave_up"

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"The worker stopped in the middle {attempts} times. The picture may need more memory "
            "or time than the worker has: its log tells. Then queue it again with "
            "manage.py analyze_assets --failed."
        )


class OtherVersion(DamError):
    """The run is for other nets than the worker has, and the asset has a run for those."""

    code = "other_version"
    retry = True

    def __init__(self, *, queued_for: str, worker_has: str) -> None:
        super().__init__(
            f"Queued for the nets {queued_for}, but the worker has {worker_has}. Restart the "
            "workers after an upgrade; manage.py analyze_assets --missing queues what is left."
        )


class NetsUnusable(DamError):
    """A net or the manifest is missing or altered: only a person can help."""

    status = 503

    def __init__(self, error: NetError) -> None:
        super().__init__(
            f"{error.message} Then check with manage.py check_nets, restart, and run "
            "manage.py analyze_assets --failed.",
            code=error.code,
        )


class AttemptFailed(DamError):
    """Something around the analysis failed; another attempt may succeed."""

    retry = True


# The first that fits is used, so special errors come before general ones.
_CAUSES: tuple[tuple[type[Exception], str, str], ...] = (
    (
        MemoryError,
        "out_of_memory",
        "The worker ran out of memory. Give it more, or fewer processes (DAM_WORKER_PROCESSES).",
    ),
    (
        SoftTimeLimitExceeded,
        "too_slow",
        "The analysis took longer than DAM_TASK_TIME_LIMIT_SECONDS allows.",
    ),
    (
        django.db.Error,
        "database_unavailable",
        "The database did not answer or refused the result: see the worker's log.",
    ),
    (
        OSError,
        "storage_unavailable",
        "The storage did not answer: see the worker's log.",
    ),
)


def explain(error: Exception) -> DamError:
    """Return what a run says of an error; errors that are not ours may be tried again."""
    if isinstance(error, DamError):
        return error
    for kind, code, message in _CAUSES:
        if isinstance(error, kind):
            return AttemptFailed(message, code=code)
    return AttemptFailed(
        f"An unexpected error ({type(error).__name__}): see the worker's log.", code="unexpected"
    )
