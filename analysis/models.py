"""Analyses of assets, the faces they found, and the tags of those."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from pgvector.django import HalfVectorField, HnswIndex, VectorField

import analysis.connectors.models  # (Django looks for models here)
import analysis.pausing.models
import analysis.thresholds.models
import analysis.workers.models  # noqa: F401
from analysis.fields import RealField
from analysis.pipeline.types import Box

EMBEDDING_DIMENSIONS = 1024
# Letters of a tag's value.
MOST_VALUE = 100


class AnalysisRun(models.Model):
    """One analysis of one asset by one pipeline version. The broker only carries its id."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Analyzing"
        SUCCEEDED = "succeeded", "Analyzed"
        FAILED = "failed", "Failed"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asset = models.ForeignKey("dam.Asset", on_delete=models.CASCADE, related_name="runs")
    pipeline_version = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    # Counts claims and never goes back: it is the fencing token, so only the holder of the newest
    # number may write results. The limit counts those after `attempts_forgiven`, which is set when
    # a person queues the run again.
    attempts = models.PositiveIntegerField(default=0)
    attempts_forgiven = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField(default=timezone.now)
    # When the broker was last given the id; empty when it has to be given it (again).
    sent_at = models.DateTimeField(null=True, blank=True)
    # Before this no attempt may start.
    not_before = models.DateTimeField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    face_count = models.PositiveIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("asset", "pipeline_version"), name="one_run_for_each_version"
            ),
        )
        indexes = (
            # Finished runs are nearly all of them and the sweeper never looks at those.
            models.Index(
                fields=("id",),
                name="run_unfinished",
                condition=models.Q(status__in=("queued", "running")),
            ),
            # How many ended in the last minute and hour, and which failed.
            models.Index(
                fields=("finished_at",),
                name="run_finished",
                condition=models.Q(finished_at__isnull=False),
            ),
            models.Index(fields=("-id",), name="run_failed", condition=models.Q(status="failed")),
        )

    def __str__(self) -> str:
        return f"run {self.uid} ({self.status})"

    @property
    def finished(self) -> bool:
        return self.status in (self.Status.SUCCEEDED, self.Status.FAILED)


class FaceQuerySet(models.QuerySet["Face"]):
    """Faces; what shows, counts or finds them asks for those that are `present`."""

    def present(self) -> FaceQuerySet:
        """Return those that the newest analysis found; retired ones appear nowhere."""
        return self.filter(retired_at=None)


class Face(models.Model):
    """One face found in an asset. Keeps its uid when the asset is analyzed again."""

    class Origin(models.TextChoices):
        FOUND: Any = "found", "Found"
        DRAWN: Any = "drawn", "Drawn by a person"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asset = models.ForeignKey("dam.Asset", on_delete=models.CASCADE, related_name="faces")
    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="faces")
    # Rank by box area within the asset, the largest face is 0.
    position = models.PositiveSmallIntegerField()
    # Pixels of the upright picture.
    left = RealField()
    top = RealField()
    width = RealField()
    height = RealField()
    score = RealField()
    # x0, y0, x1, y1 …: 105 points in pixels.
    landmarks = ArrayField(RealField())
    # Left x, y, radius, right x, y, radius in pixels; left is the picture's left.
    pupils = ArrayField(RealField())
    # Degrees.
    yaw = RealField()
    pitch = RealField()
    roll = RealField()
    # What the nets said, untouched: a number, or label → probability.
    readings = models.JSONField(default=dict)
    # 0–100, higher is better.
    quality_score = RealField()
    quality_noise = RealField()
    quality_blur = RealField()
    quality_fnf = RealField()
    quality_glass = RealField()
    quality_mask = RealField()
    quality_illumination = RealField()
    quality_pose = RealField()
    # Unit length. Stored PLAIN (set in the first migration): TOAST would slow a scan 3.5 times.
    embedding = HalfVectorField(dimensions=EMBEDDING_DIMENSIONS)
    embedding_net = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # When an analysis did not find it again, or a person said that it is none; it is kept for what
    # was said of it.
    retired_at = models.DateTimeField(null=True, blank=True)
    # A drawn face stays where no analysis finds it.
    origin = models.CharField(
        max_length=5, choices=Origin, default=Origin.FOUND, db_default=Origin.FOUND
    )
    # When a person said that it is no face. It is retired as well, and no analysis brings it back.
    rejected_at = models.DateTimeField(null=True, blank=True)

    objects = FaceQuerySet.as_manager()

    class Meta:
        ordering = ("-asset_id", "position")
        constraints = (
            # Retired faces keep their position: their time tells them apart. For all others that is
            # NULL, which counts as equal.
            models.UniqueConstraint(
                fields=("asset", "position", "retired_at"),
                name="one_face_for_each_position",
                deferrable=models.Deferrable.DEFERRED,
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(rejected_at=None) | models.Q(retired_at__isnull=False),
                name="rejected_faces_are_retired",
            ),
        )
        indexes = (
            # Built only where there are millions of faces: see analysis.embedding_index.
            HnswIndex(
                fields=("embedding",),
                name="face_by_embedding",
                m=16,
                ef_construction=64,
                opclasses=("halfvec_ip_ops",),
                condition=models.Q(retired_at=None),
            ),
            # Few, and what counts tags takes theirs away.
            models.Index(
                fields=("id",), name="face_retired", condition=models.Q(retired_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"face {self.uid}"

    @property
    def box(self) -> Box:
        return Box(self.left, self.top, self.width, self.height)

    @property
    def is_drawn(self) -> bool:
        """Whether a person drew it and nobody said since that it is no face."""
        return self.origin == self.Origin.DRAWN and self.retired_at is None


class FaceTag(models.Model):
    """The value of one facet for one face. Search uses `value`; where a person set it, it stays."""

    class Source(models.TextChoices):
        MODEL: Any = "model", "Model"
        USER: Any = "user", "Person"

    # No index of its own: the constraint's begins with it.
    face = models.ForeignKey(Face, on_delete=models.CASCADE, related_name="tags", db_index=False)
    facet = models.CharField(max_length=40)
    # Of a facet whose values are open, such as people's names, whatever people write.
    value = models.CharField(max_length=MOST_VALUE)
    # Probability of the likeliest value, 0–1; empty for numbers and where a person set the value.
    score = RealField(null=True, blank=True)
    source = models.CharField(max_length=5, choices=Source)
    # What the model says, whoever set `value`; empty where it says nothing.
    model_value = models.CharField(max_length=MOST_VALUE, blank=True, default="")
    model_score = RealField(null=True, blank=True)
    # The likeliest value, also where `model_value` is "unsure".
    model_dominant = models.CharField(max_length=MOST_VALUE, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("face", "facet"), name="one_tag_for_each_facet"),
        )
        indexes = (
            models.Index(fields=("facet", "value", "face"), name="tag_by_value"),
            # A custom tag's examples, which are few among all tags.
            models.Index(
                fields=("facet", "face"), name="tag_by_person", condition=models.Q(source="user")
            ),
            # What the review asks about, the least sure first.
            models.Index(
                fields=("facet", "model_score", "face"),
                name="tag_unsure",
                condition=models.Q(value="unsure", source="model"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.facet}: {self.value} ({self.source})"


class TagCorrection(models.Model):
    """What a person once said of a face. Rows are only ever added."""

    face = models.ForeignKey(
        Face, on_delete=models.CASCADE, related_name="corrections", db_index=False
    )
    facet = models.CharField(max_length=40)
    # Empty when the correction was taken back.
    value = models.CharField(max_length=MOST_VALUE, blank=True)
    # What the tag was before, whoever set it; empty where there was none.
    previous_value = models.CharField(max_length=MOST_VALUE, blank=True)
    # Empty where a program with an API key did it, or the person is gone.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # The row that this one takes back. No foreign key: rows are deleted many at a time.
    undoes = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("face", "facet", "-id"), name="correction_by_face"),)

    def __str__(self) -> str:
        return f"{self.facet}: {self.previous_value} → {self.value or 'undone'}"


class FaceDecision(models.Model):
    """What a person once said about whether there is a face. Rows are only ever added."""

    class Kind(models.TextChoices):
        DRAWN: Any = "drawn", "Drawn"
        REJECTED: Any = "rejected", "Not a face"
        RESTORED: Any = "restored", "A face after all"

    face = models.ForeignKey(
        Face, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind)
    # Empty where a program with an API key did it, or the person is gone.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # The row that this one takes back.
    undoes = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("face", "-id"), name="decision_by_face"),)

    def __str__(self) -> str:
        return f"face {self.face_id}: {self.kind}"


class PersonDenial(models.Model):
    """That a face is not a certain person's, as somebody said who was asked."""

    face = models.ForeignKey(Face, on_delete=models.CASCADE, related_name="denials")
    # A value of the facet `person`.
    name = models.CharField(max_length=MOST_VALUE)
    # Empty where the person is gone.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            # The name first: who looks for a person's faces reads all that are not.
            models.UniqueConstraint(fields=("name", "face"), name="one_denial_of_a_person"),
        )

    def __str__(self) -> str:
        return f"face {self.face_id} is not {self.name}"


class CustomTag(models.Model):
    """A facet with the values yes and no that people teach by examples."""

    # Also the facet's name and its parameter in addresses.
    name = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    # Empty where a program with an API key made it, or the person is gone.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # The version that tags faces; empty before the first training.
    active_version = models.ForeignKey(
        "CustomTagVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("label", "name")

    def __str__(self) -> str:
        return f"tag {self.name}"


class CustomTagVersion(models.Model):
    """A logistic head on embeddings, what it was trained on, and how far it was applied."""

    class Status(models.TextChoices):
        WAITING: Any = "waiting", "Waiting"
        APPLYING: Any = "applying", "Applying"
        APPLIED: Any = "applied", "Applied"
        REPLACED: Any = "replaced", "Replaced"

    tag = models.ForeignKey(CustomTag, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    # The logistic of embedding · weights + offset is the probability of yes.
    weights = VectorField(dimensions=EMBEDDING_DIMENSIONS)
    offset = models.FloatField()
    # The weights mean nothing for embeddings of other nets.
    embedding_net = models.CharField(max_length=40)
    # Tells whether the same examples were learned.
    examples_digest = models.CharField(max_length=64)
    yes_count = models.PositiveIntegerField()
    no_count = models.PositiveIntegerField()
    # 0–1 on held-out examples, with 95 % intervals.
    balanced_accuracy = models.FloatField()
    balanced_accuracy_low = models.FloatField()
    balanced_accuracy_high = models.FloatField()
    auc = models.FloatField()
    auc_low = models.FloatField()
    auc_high = models.FloatField()
    trained_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    # Faces with higher ids are still to be tagged.
    applied_up_to = models.BigIntegerField(default=0)
    faces_done = models.PositiveIntegerField(default=0)
    faces_total = models.PositiveIntegerField(default=0)
    # When the broker was last given the id, or work on it went on; empty: it has to be sent.
    sent_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("tag", "number"), name="one_version_for_each_number"),
        )

    def __str__(self) -> str:
        return f"version {self.number} of tag {self.tag_id}"
