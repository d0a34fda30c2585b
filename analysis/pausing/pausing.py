"""Pauses analysis, and lets it go on. The one writer of AnalysisPause.

The row is asked for when a run is claimed, in the same statement, so a pause holds at once for all
workers and outlasts restarts. A run that has begun is finished.
"""

from __future__ import annotations

from django.db import transaction

from analysis.pausing.models import AnalysisPause
from analysis.recording import mark_all_unsent
from analysis.tasks import sweep_soon
from dam.audit import Actor, Kind, record


def current_pause() -> AnalysisPause | None:
    """Return since when analysis is paused and by whom; None while it is not."""
    return AnalysisPause.objects.first()


def pause_analysis(*, by: Actor) -> AnalysisPause:
    """Let workers leave waiting runs alone. Pausing what is paused changes nothing."""
    with transaction.atomic():
        pause, created = AnalysisPause.objects.get_or_create(pk=1, defaults={"by": by.name})
        if created:
            record(Kind.SETTING, "paused the analysis of photos", by=by)
    return pause


def resume_analysis(*, by: Actor) -> bool:
    """Let workers take waiting runs again, those that waited longest first.

    False if it was not paused.
    """
    with transaction.atomic():
        deleted, _ = AnalysisPause.objects.all().delete()
        if not deleted:
            return False
        mark_all_unsent()
        record(Kind.SETTING, "let the analysis of photos go on", by=by)
        transaction.on_commit(sweep_soon)
    return True
