"""Which processes analyze, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

from analysis.workers.models import WorkerProcess

# Three beats were missed, and time to be late.
SILENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that takes tasks."""

    host: str
    pid: int
    pipeline_version: str
    started_at: datetime
    seen_at: datetime
    is_alive: bool
    """False: it has been silent, so it was killed, or cannot reach the database."""


def list_workers() -> list[Worker]:
    """Return all processes that were heard of in the last day, in one query."""
    is_alive = ExpressionWrapper(Q(seen_at__gt=Now() - SILENT_AFTER), output_field=BooleanField())
    return [
        Worker(row.host, row.pid, row.pipeline_version, row.started_at, row.seen_at, row.is_alive)
        for row in WorkerProcess.objects.annotate(is_alive=is_alive)
    ]
