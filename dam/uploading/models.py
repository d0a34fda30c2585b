"""What people brought on the page Upload, and what became of each file and address."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Upload(models.Model):
    """What one person brought at one time. It is forgotten after some weeks."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The index below begins with it.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    # When something was added to it or became of it last.
    touched_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    # The person has seen it: the page does not begin with it any more.
    cleared_at = models.DateTimeField(null=True, blank=True)
    # When the broker was last given the id; empty: it has to be sent if an address is waiting.
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("user", "-id"), name="upload_newest_first"),
            models.Index(fields=("touched_at",), name="upload_by_age"),
        )

    def __str__(self) -> str:
        return f"upload {self.uid}"


class UploadItem(models.Model):
    """A file that a page said it would send, or an address that a worker fetches."""

    class Status(models.TextChoices):
        WAITING: Any = "waiting", "Not sent yet"
        STORED: Any = "stored", "Stored"
        EXISTING: Any = "existing", "Already there"
        REJECTED: Any = "rejected", "Failed"

    # The indexes below begin with it.
    upload = models.ForeignKey(
        Upload, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    # Folder and name as they were chosen, with "/" between them; of an address its last part.
    path = models.TextField()
    # Empty for a file.
    url = models.TextField(blank=True, default="", db_default="")
    # As the browser said; empty for an address.
    size_bytes = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WAITING, db_default=Status.WAITING.value
    )
    # Empty also where the photo was deleted since.
    asset = models.ForeignKey(
        "dam.Asset", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Why it failed, or has to be tried again.
    error_code = models.CharField(max_length=50, blank=True, default="", db_default="")
    error_message = models.TextField(blank=True, default="", db_default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    # Of an address: when the next attempt may start. Who makes one moves it on first: should they
    # die, another may try after that, and only who moved it last may say what became of it.
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("upload", "status", "id"), name="upload_item_by_status"),
            models.Index(
                fields=("upload", "due_at"),
                name="upload_item_due",
                condition=models.Q(status="waiting", due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.path} ({self.status})"

    @property
    def folder(self) -> str:
        """Return where the file was below what was chosen; "" is there itself."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Return what the file is called."""
        return self.path.rpartition("/")[2]
