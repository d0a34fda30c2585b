"""What the workers do now: the part of the status that is asked for every few seconds."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.models import AnalysisRun
from analysis.pausing.models import AnalysisPause
from analysis.pausing.pausing import current_pause
from analysis.queue.failures import FailureGroup, failure_groups, standing_failures
from analysis.queue.state import QueueState, queue_state
from analysis.workers.state import Worker, list_workers
from dam.disks import Disk, our_disks

FAILURES_SHOWN = 20
RATE_HEIGHT = 40
BAR_STEP = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """What ended in a minute, as a bar of the drawing of the rate; its y is the upper end."""

    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Work:
    """The queue, who works on it, what failed, and the room that is left."""

    pause: AnalysisPause | None
    queue: QueueState
    workers: list[Worker]
    failures: list[FailureGroup]
    """By reason, the most common first."""
    disks: list[Disk]

    @property
    def most_in_minute(self) -> int:
        return max(self.queue.ended)

    @property
    def rate(self) -> list[Bar]:
        """Return the bars of the minutes in which something ended; the fullest is RATE_HEIGHT."""
        bars = []
        for minute, count in enumerate(self.queue.ended):
            if count:
                height = round(max(1, RATE_HEIGHT * count / self.most_in_minute), 1)
                bars.append(Bar(minute * BAR_STEP, round(RATE_HEIGHT - height, 1), height))
        return bars

    @property
    def failed(self) -> int:
        return sum(group.count for group in self.failures)

    @property
    def workers_alive(self) -> int:
        return sum(worker.is_alive for worker in self.workers)


def current_work() -> Work:
    """Return what the workers do now, in a fixed number of queries that each take milliseconds."""
    pause = current_pause()
    return Work(
        pause=pause,
        queue=queue_state(paused=pause is not None),
        workers=list_workers(),
        failures=failure_groups(),
        disks=our_disks(),
    )


def newest_failures() -> list[AnalysisRun]:
    """Return the analyses that failed last, with their photos."""
    return list(standing_failures().select_related("asset")[:FAILURES_SHOWN])
