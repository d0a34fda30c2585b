"""What waits, what runs, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    Q,
)
from django.db.models.functions import Cast, Extract, Floor, Greatest, Now

from analysis.models import AnalysisRun

Status = AnalysisRun.Status
HOUR = timedelta(hours=1)
MINUTES_TOLD = 60


@dataclass(frozen=True, slots=True)
class QueueState:
    """Numbers of runs of all versions."""

    queued: int
    delayed: int
    """Of those that are queued: after an error they wait before they are tried again."""
    running: int
    stalled: int
    """Of those that run: their worker was not heard of for a lease; others take them over."""
    oldest_queued_at: datetime | None
    ended: tuple[int, ...]
    """How many ended in each minute of the last hour, the newest minute last."""
    paused: bool

    @property
    def ended_in_minute(self) -> int:
        return self.ended[-1]

    @property
    def ended_in_hour(self) -> int:
        return sum(self.ended)

    @property
    def unfinished(self) -> int:
        return self.queued + self.running

    @property
    def per_minute(self) -> float:
        """How many end in a minute: in the last one, else on average of the last hour."""
        return float(self.ended_in_minute or self.ended_in_hour / 60)

    @property
    def seconds_left(self) -> int | None:
        """How long the queue takes at this rate; None where nobody can tell."""
        if self.paused or not self.per_minute:
            return None
        return round(self.unfinished / self.per_minute * 60)


def queue_state(*, paused: bool) -> QueueState:
    """Return the state of the queue in two queries, each of an index of few rows."""
    queued = Q(status=Status.QUEUED)
    running = Q(status=Status.RUNNING)
    unfinished = AnalysisRun.objects.filter(status__in=(Status.QUEUED, Status.RUNNING))
    return QueueState(
        **unfinished.aggregate(
            queued=Count("id", filter=queued),
            delayed=Count("id", filter=queued & Q(not_before__gt=Now())),
            running=Count("id", filter=running),
            stalled=Count("id", filter=running & Q(lease_expires_at__lte=Now())),
            oldest_queued_at=Min("queued_at", filter=queued),
        ),
        ended=_ended(),
        paused=paused,
    )


def _ended() -> tuple[int, ...]:
    age = ExpressionWrapper(Now() - F("finished_at"), output_field=DurationField())
    minutes_ago = Cast(Greatest(Floor(Extract(age, "epoch") / 60), 0.0), IntegerField())
    recent = AnalysisRun.objects.filter(finished_at__gt=Now() - HOUR)
    counts = dict(
        recent.annotate(minutes_ago=minutes_ago)
        .values_list("minutes_ago")
        .annotate(count=Count("id"))
        .order_by()
    )
    return tuple(counts.get(minute, 0) for minute in reversed(range(MINUTES_TOLD)))
