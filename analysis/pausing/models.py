"""The row that says that analysis is paused."""

from __future__ import annotations

from django.db import models


class AnalysisPause(models.Model):
    """Analysis is paused while this row is there. There is none or one; `pausing` writes it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField(auto_now_add=True)
    # Who paused it, as they were called then.
    by = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="one_pause_of_analysis"),
        )

    def __str__(self) -> str:
        return f"paused by {self.by}"
