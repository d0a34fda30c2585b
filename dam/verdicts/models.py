"""What rules on upload said of photos."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class RuleOutcome(models.Model):
    """What a rule on upload said of a photo, as it was then; the rule may be another by now."""

    class Action(models.TextChoices):
        REFUSE: Any = "refuse", "Refuse"
        WARN: Any = "warn", "Warn"
        ROUTE: Any = "route", "Put in a collection"

    # The index below begins with it.
    asset = models.ForeignKey(
        "dam.Asset", on_delete=models.CASCADE, related_name="outcomes", db_index=False
    )
    rule_uid = models.UUIDField()
    rule_name = models.CharField(max_length=100)
    action = models.CharField(max_length=10, choices=Action)
    message = models.TextField(blank=True, default="")
    # Where the photo was put, or will be once it is accepted.
    collection = models.ForeignKey(
        "dam.Collection", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Of a refusal: ids of the collections that the photo was in, and is put back into.
    left_collections = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    created_at = models.DateTimeField(auto_now_add=True)
    # Of a refusal that a person overruled.
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("asset", "id"), name="outcomes_of_an_asset"),)

    def __str__(self) -> str:
        return f"{self.action} of asset {self.asset_id} by {self.rule_name}"
