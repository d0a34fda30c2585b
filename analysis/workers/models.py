"""The processes of workers."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class WorkerProcess(models.Model):
    """A process that takes tasks. It writes its row itself, again and again while it lives."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    pipeline_version = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("host", "pid")
        constraints = (
            models.UniqueConstraint(fields=("host", "pid"), name="one_row_for_each_process"),
        )

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"
