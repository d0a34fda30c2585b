"""A run as AILabTools' asynchronous task."""

from __future__ import annotations

from typing import Any

from analysis.compat.ailab.advanced import is_large_enough, render
from analysis.compat.stored import stored_results
from analysis.models import AnalysisRun

TASK_STATUSES = {
    AnalysisRun.Status.QUEUED: 0,
    AnalysisRun.Status.RUNNING: 1,
    AnalysisRun.Status.SUCCEEDED: 2,
    AnalysisRun.Status.FAILED: 3,
}


def render_task(run: AnalysisRun) -> dict[str, Any]:
    """Return a run's state, and what the picture shows once it has succeeded.

    Clients look for the state at the root or in `data`, so both have it.
    """
    status = TASK_STATUSES[AnalysisRun.Status(run.status)]
    answer: dict[str, Any] = {"task_status": status, "data": {"task_status": status}}
    if run.status != AnalysisRun.Status.SUCCEEDED:
        return answer
    results = [one for one in stored_results(run.asset) if is_large_enough(one)]
    found = render(results, width=run.asset.width, height=run.asset.height)
    return {**answer, **found, "data": {"task_status": status, **found["data"]}}
