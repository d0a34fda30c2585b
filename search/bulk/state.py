"""How far a bulk job is, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from search.bulk.actions import Unit
from search.bulk.asking import ACTIONS
from search.bulk.jobs import can_cancel, can_undo
from search.models import BulkJob

Status = BulkJob.Status


@dataclass(frozen=True, slots=True)
class Problem:
    """Why some pieces of a job could not be done, or undone."""

    code: str
    message: str
    pieces: int


@dataclass(frozen=True, slots=True)
class JobState:
    """A job, and what follows from its row."""

    job: BulkJob
    problems: tuple[Problem, ...] = ()

    @property
    def unit(self) -> Unit:
        return ACTIONS[self.job.action].unit

    @property
    def noun(self) -> str:
        """The unit for one of them."""
        return "face" if self.unit is Unit.FACES else "photo"

    @property
    def is_undoing(self) -> bool:
        return self.job.status in (Status.UNDOING, Status.UNDONE)

    @property
    def is_working(self) -> bool:
        """Whether the numbers may change by themselves."""
        return self.job.finished_at is None

    @property
    def done(self) -> int:
        """How many are behind us: of all, or of the changed ones where it is being undone."""
        job = self.job
        return job.restored + job.left_alone if self.is_undoing else job.done

    @property
    def total(self) -> int:
        return self.job.changed if self.is_undoing else self.job.total

    @property
    def seconds_left(self) -> int | None:
        """How long it takes still at its pace until now; None where nothing tells."""
        started = self.job.started_at
        moves = self.job.status in (Status.RUNNING, Status.UNDOING)
        if not moves or started is None or not self.done:
            return None
        seconds = (timezone.now() - started).total_seconds()
        return round(seconds * (self.total - self.done) / self.done)

    @property
    def can_cancel(self) -> bool:
        return can_cancel(self.job)

    @property
    def can_undo(self) -> bool:
        return can_undo(self.job)

    @property
    def shown(self) -> str:
        """What changes whenever the page of the job does."""
        job = self.job
        return f"{job.status}-{self.done}-{job.error_code}-{int(self.is_working)}"


def describe_job(job: BulkJob) -> JobState:
    """Return a job's state with the reasons why pieces failed."""
    failed = job.pieces.exclude(error_code="").order_by("error_code", "error_message")
    counted = failed.values_list("error_code", "error_message").annotate(Count("pk"))
    return JobState(job, tuple(Problem(*values) for values in counted))
