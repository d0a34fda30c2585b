"""Thresholds that were set, and how far stored faces follow them."""

from __future__ import annotations

from django.db import models


class FacetThreshold(models.Model):
    """From which probability on a facet is sure of its value, since somebody changed it once."""

    facet = models.CharField(max_length=40, primary_key=True)
    # 0–1; empty: the manifest's again.
    min_score = models.FloatField(null=True, blank=True)
    # Faces with higher ids are still to be tagged; empty: all of them are.
    applied_up_to = models.BigIntegerField(null=True, blank=True)
    faces_done = models.PositiveIntegerField(default=0)
    faces_total = models.PositiveIntegerField(default=0)
    # When the broker was last given the name, or work on it went on.
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("facet",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(min_score=None) | models.Q(min_score__range=(0, 1)),
                name="threshold_is_a_probability",
            ),
        )

    def __str__(self) -> str:
        return f"{self.facet}: {self.min_score}"
