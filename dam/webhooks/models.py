"""Who is told of events, and each event that they are told of."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from dam.webhooks.events import Event


class Webhook(models.Model):
    """A subscription: an address that is told of events. It is asked by `dam.webhooks` only."""

    class Status(models.TextChoices):
        ACTIVE: Any = "active", "Active"
        # By a person. What happens meanwhile is kept, and sent when it is resumed.
        PAUSED: Any = "paused", "Paused"
        # After a day of failures. What happens meanwhile is kept, too.
        DEAD: Any = "dead", "Dead"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    url = models.TextField()
    # Names of dam.webhooks.events.Event.
    events = ArrayField(models.CharField(max_length=40))
    # Signing needs the text itself. The one before the last rotation signs, too, for a while.
    secret = models.CharField(max_length=100)
    old_secret = models.CharField(max_length=100, blank=True, default="")
    old_secret_until = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    # Attempts that failed since one succeeded, and when the first of them did.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    # A receiver that failed is left alone until then.
    not_before = models.DateTimeField(null=True, blank=True)
    # When the broker was last given the id; empty when it has to be given it (again).
    sent_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return f"webhook {self.uid} ({self.status})"

    @property
    def event_labels(self) -> list[str]:
        """Return what people call its events."""
        return [Event(name).label for name in self.events]

    @property
    def valid_secrets(self) -> list[str]:
        """Return the secret, and the one before it while receivers may still go by that."""
        until = self.old_secret_until
        is_old_valid = until is not None and until > timezone.now()
        return [self.secret, self.old_secret] if is_old_valid else [self.secret]


class WebhookDelivery(models.Model):
    """One event for one subscription. Written with the event, so that neither is without it."""

    class Status(models.TextChoices):
        WAITING: Any = "waiting", "Waiting"
        DELIVERED: Any = "delivered", "Delivered"
        FAILED: Any = "failed", "Failed"
        # What it was to tell of is gone.
        DROPPED: Any = "dropped", "Dropped"

    # The indexes below begin with it.
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    uid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    event = models.CharField(max_length=40)
    # Ids of rows, of which the body is written when it is sent: values of people are nowhere twice.
    about = models.JSONField()
    status = models.CharField(max_length=10, choices=Status, db_default=Status.WAITING)
    # When the next attempt may start. Who makes one moves it on first: should they die, another
    # may try after that.
    due_at = models.DateTimeField(db_default=Now())
    # Counts attempts and never goes back: only who made the newest may say what became of it.
    attempts = models.PositiveIntegerField(db_default=0)
    # Tries end a day after this; empty again when a person replays it.
    tried_since = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    # Of the last attempt. No status where there was no answer.
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_text = models.TextField(blank=True, db_default="")
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    error = models.TextField(blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("webhook", "-id"), name="delivery_newest_first"),
            models.Index(
                fields=("webhook", "due_at"),
                name="delivery_waiting",
                condition=models.Q(status="waiting"),
            ),
            models.Index(
                fields=("webhook", "-id"),
                name="delivery_failed",
                condition=models.Q(status="failed"),
            ),
            models.Index(fields=("created_at",), name="delivery_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.uid} ({self.status})"

    @property
    def next_attempt_at(self) -> datetime | None:
        """Return when it is tried (again), None where it is not."""
        return self.due_at if self.status == self.Status.WAITING else None

    @property
    def tried_for(self) -> timedelta:
        """Return how long after the first attempt the newest one was, since the last replay."""
        if self.tried_since is None or self.attempted_at is None:
            return timedelta()
        return self.attempted_at - self.tried_since
