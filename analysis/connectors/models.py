"""Connectors, the pictures they know of another system, and their runs."""

from __future__ import annotations

from typing import Any

from django.db import models

from dam.models import Job, Named


class Connector(Named):
    """Another system that pictures are pulled from and tags are written back to."""

    # One of analysis.connectors.systems.
    kind = models.CharField(max_length=20)
    # Texts by the names of the kind's fields; those that nobody may see again are kept apart.
    options = models.JSONField(default=dict)
    secrets = models.JSONField(default=dict)
    is_enabled = models.BooleanField(default=True)
    writes_back = models.BooleanField(default=True)
    # Between the beginnings of two runs; 0: only when somebody starts one.
    interval_minutes = models.PositiveIntegerField(default=0)


class ConnectorItem(models.Model):
    """A picture of another system: what was seen of it, what was pulled, what was written back."""

    connector = models.ForeignKey(
        Connector, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    # What the other system calls it.
    key = models.TextField()
    # Of its bytes and what is said of them, as the other system was seen to have it.
    version = models.TextField()
    # The version that was pulled, or of which it is known that it cannot be.
    tried_version = models.TextField(blank=True, default="")
    # Empty: it was not pulled, or was deleted here since; that is not undone by pulling it again.
    asset = models.ForeignKey(
        "dam.Asset", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The run that listed it last; what a run did not list is gone.
    seen_by = models.ForeignKey(
        "ConnectorRun", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # Of what was last written back.
    written_digest = models.CharField(max_length=64, blank=True, default="")
    written_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("connector", "key"), name="connector_item_once_in_each_connector"
            ),
        )
        indexes = (
            # A run goes through those that it saw, in the order of their ids.
            models.Index(fields=("seen_by", "id"), name="connector_item_by_run"),
        )

    def __str__(self) -> str:
        return f"item {self.pk} of connector {self.connector_id}"


class ConnectorRun(Job):
    """One pass over another system: list, pull, write back."""

    class Status(models.TextChoices):
        WAITING: Any = "waiting", "Waiting"
        RUNNING: Any = "running", "At work"
        DONE: Any = "done", "Done"
        FAILED: Any = "failed", "Failed"
        CANCELLED: Any = "cancelled", "Cancelled"

    class Phase(models.TextChoices):
        LISTING: Any = "listing", "Looking what is there"
        PULLING: Any = "pulling", "Pulling pictures"
        WRITING: Any = "writing", "Writing tags back"

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="runs")
    # Tells what a run would do, and changes nothing but its own row and notes.
    is_dry_run = models.BooleanField(default=False)
    # Begun by the clock, not by somebody.
    is_scheduled = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.LISTING)
    # How far it is: the system's own word for a place in its list, then the id of an item.
    cursor = models.TextField(blank=True, default="")
    last_item = models.BigIntegerField(default=0)
    # Items of the phase, and those of them that are behind us; while listing nobody knows how many.
    phase_total = models.PositiveIntegerField(default=0)
    phase_done = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    # Of the pulled ones, those whose bytes were known already.
    pulled = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    # Pictures whose tags cannot be written yet, because their analysis is not over.
    unready = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # Counts claims and never goes back: only the holder of the newest one may write.
    claim = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    # How often in a row it could not go on.
    failures = models.PositiveSmallIntegerField(default=0)
    # Before this nobody tries again.
    not_before = models.DateTimeField(null=True, blank=True)

    class Meta(Job.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("connector",),
                name="connector_run_one_at_a_time",
                condition=models.Q(finished_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"run {self.uid} of connector {self.connector_id} ({self.status})"


class ConnectorNote(models.Model):
    """What a run says of one picture: what failed, or what it would do if it were no dry run."""

    class Action(models.TextChoices):
        PULL_NEW: Any = "pull_new", "Pull, new"
        PULL_CHANGED: Any = "pull_changed", "Pull, changed"
        WRITE_BACK: Any = "write_back", "Write tags back"

    run = models.ForeignKey(ConnectorRun, on_delete=models.CASCADE, related_name="notes")
    action = models.CharField(max_length=15, choices=Action)
    # As it can be shown: names of files may hold bytes that are no text.
    key = models.TextField()
    # Empty where nothing is wrong.
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.action} {self.key}"
