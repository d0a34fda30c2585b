"""How far the runs of one pipeline version are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from analysis.models import AnalysisRun

Status = AnalysisRun.Status


@dataclass(frozen=True, slots=True)
class Backlog:
    """Numbers of runs; `waiting` are queued or running."""

    waiting: int
    succeeded: int
    failed: int


def count_backlog(*, version: str) -> Backlog:
    """Count the runs of a pipeline version."""
    counts = AnalysisRun.objects.filter(pipeline_version=version).aggregate(
        waiting=Count("id", filter=Q(status__in=(Status.QUEUED, Status.RUNNING))),
        succeeded=Count("id", filter=Q(status=Status.SUCCEEDED)),
        failed=Count("id", filter=Q(status=Status.FAILED)),
    )
    return Backlog(**counts)
