"""Analyses that failed for good, by reason, and another try for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from analysis.models import AnalysisRun
from analysis.recording import requeue_runs
from analysis.tasks import sweep_soon


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures for one reason."""

    code: str
    count: int
    message: str
    """That of the newest; those of others may name other files."""
    newest_at: datetime | None


def standing_failures() -> QuerySet[AnalysisRun]:
    """Return failed runs, the newest first, but for photos that have a newer run since."""
    newer = AnalysisRun.objects.filter(asset_id=OuterRef("asset_id"), pk__gt=OuterRef("pk"))
    return AnalysisRun.objects.filter(~Exists(newer), status=AnalysisRun.Status.FAILED)


def failure_groups() -> list[FailureGroup]:
    """Return failures by reason, the most common first; two queries."""
    groups = standing_failures().order_by().values("error_code")
    counted = list(groups.annotate(count=Count("id"), newest=Max("id")).order_by("-count"))
    newest = AnalysisRun.objects.in_bulk([group["newest"] for group in counted])
    return [
        FailureGroup(
            group["error_code"],
            group["count"],
            newest[group["newest"]].error_message,
            newest[group["newest"]].finished_at,
        )
        for group in counted
        if group["newest"] in newest
    ]


def retry_failures(*, code: str = "", run: UUID | None = None) -> int:
    """Queue failed runs again, with all attempts before them; return how many.

    All of them, or those of one reason, or one. None is no error: somebody else was faster.
    """
    chosen = standing_failures()
    if code:
        chosen = chosen.filter(error_code=code)
    if run is not None:
        chosen = chosen.filter(uid=run)
    queued = requeue_runs(chosen)
    transaction.on_commit(sweep_soon)
    return queued
