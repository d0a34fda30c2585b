"""What search keeps: the face index, marks of what has changed since, searches, jobs and rules."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Now

from dam.models import Job, Named
from dam.verdicts.models import RuleOutcome


class IndexChunk(models.Model):
    """Columns of the present faces with ids of one range. Written by search.index alone.

    Without `columns` it is unbuilt: all faces of its range have to be read from their rows.
    """

    # Face id >> CHUNK_BITS.
    number = models.IntegerField(primary_key=True)
    # A new one whenever the row is written. Random, so that none comes back after a rollback.
    version = models.UUIDField(default=uuid.uuid4)
    columns = models.BinaryField(null=True)
    # Apart from the columns, because they are most of the bytes and seldom change.
    sketch_version = models.UUIDField(default=uuid.uuid4)
    sketches = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"chunk {self.number}"


class ChangedFace(models.Model):
    """Says that a face may differ from its chunk. Triggers add rows, folding removes them."""

    # From a sequence that TRUNCATE does not start again: processes remember ids they have seen.
    id = models.BigIntegerField(
        primary_key=True, db_default=Func(Value("search_mark"), function="nextval")
    )
    # No foreign key: the face may be gone. Not unique: writers must never wait for each other.
    face_id = models.BigIntegerField()
    marked_at = models.DateTimeField(db_default=Now())
    # The face's own row is as it was.
    tags_only = models.BooleanField(db_default=False)

    def __str__(self) -> str:
        return f"change of face {self.face_id}"


class SavedSearch(Named):
    """A query under a name. Written by search.saved alone."""

    # As FaceQuery.to_params writes it.
    query = models.TextField(blank=True)


class Rule(Named):
    """What is done with new photos that a query finds. Written by search.rules alone."""

    # As FaceQuery.to_params writes it; what it shows and its order mean nothing here.
    query = models.TextField(blank=True)
    action = models.CharField(max_length=10, choices=RuleOutcome.Action)
    # For who brought the photo.
    message = models.TextField(blank=True, default="")
    # Where `route` puts photos; empty also once that collection was deleted.
    collection = models.ForeignKey(
        "dam.Collection", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Values of Asset.Source; empty is all.
    sources = ArrayField(models.CharField(max_length=20), blank=True, default=list)
    enabled = models.BooleanField(default=True)
    # Lower ones are judged first.
    position = models.PositiveIntegerField()

    class Meta(Named.Meta):
        ordering = ("position", "id")


class BulkJob(Job):
    """One change of many faces or photos.

    It starts again when it is undone, and ends once more.
    """

    class Action(models.TextChoices):
        CORRECT_TAG: Any = "correct_tag", "Set a tag"
        CLEAR_CORRECTION: Any = "clear_correction", "Take corrections back"
        ANALYZE: Any = "analyze", "Analyze again"
        DELETE: Any = "delete", "Delete photos"
        ADD_TO_COLLECTION: Any = "add_to_collection", "Add to a collection"
        REMOVE_FROM_COLLECTION: Any = "remove_from_collection", "Take out of a collection"

    class Status(models.TextChoices):
        WAITING: Any = "waiting", "Waiting"
        RUNNING: Any = "running", "At work"
        DONE: Any = "done", "Done"
        FAILED: Any = "failed", "Failed"
        CANCELLED: Any = "cancelled", "Cancelled"
        UNDOING: Any = "undoing", "Being undone"
        UNDONE: Any = "undone", "Undone"

    action = models.CharField(max_length=25, choices=Action)
    # What the action needs to know: facet and value, or a collection's uid.
    arguments = models.JSONField(default=dict)
    # The action and the choice in words, as they were when the job was made.
    title = models.TextField()
    chosen = models.TextField()
    # The query string that chose; empty where a list of uids did, or everything was chosen.
    query = models.TextField(blank=True, default="")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    # Faces or photos, whichever the action changes. `done` counts all of the pieces that are done:
    # those that it changed, those that were gone or so already (`skipped`), and those of pieces
    # that failed.
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # Of the changed ones: those that were given back what was before, and those that somebody
    # changed since, which stay as they are.
    restored = models.PositiveIntegerField(default=0)
    left_alone = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(Job.Meta):
        indexes = (
            # Nearly all are finished, and the sweeper never looks at those.
            models.Index(
                fields=("id",),
                name="bulk_job_unfinished",
                condition=models.Q(finished_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"bulk job {self.uid} ({self.status})"


class BulkPiece(models.Model):
    """Some of a job's faces or photos. They are chosen when it is made, so that it has an end."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    # Of faces or assets, rising.
    ids = ArrayField(models.BigIntegerField())
    # How often it was begun, so that one that kills its worker each time comes to an end.
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    changed = models.PositiveIntegerField(default=0)
    # Ids of the rows that the action wrote, or files that it has to remove still: it knows which.
    notes = models.JSONField(default=dict)
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("job", "number")
        constraints = (
            models.UniqueConstraint(fields=("job", "number"), name="bulk_piece_once_in_each_job"),
        )

    def __str__(self) -> str:
        return f"piece {self.number} of bulk job {self.job_id}"


class RecallCheck(models.Model):
    """How many of the truly nearest faces searches found, measured on this library."""

    checked_at = models.DateTimeField(auto_now_add=True)
    # Present faces at that time.
    face_count = models.PositiveIntegerField()
    # What search.recall.measuring.Figures writes: a row for each share of the library that a
    # filter keeps.
    figures = models.JSONField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"recall on {self.face_count} faces at {self.checked_at}"
