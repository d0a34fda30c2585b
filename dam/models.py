"""Users, API keys and assets."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who signs in. Our own class from the start, so that roles can be added to it."""


class ApiKey(models.Model):
    """A program's credential. The key itself is shown once; only its SHA-256 is kept."""

    class Scope(models.TextChoices):
        # Any, because the type checker knows no Django and would take members for tuples.
        READ: Any = "read", "Read"
        WRITE: Any = "write", "Read and write"
        ADMIN: Any = "admin", "Administer"

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…, {self.scope})"


class Asset(models.Model):
    """A stored picture, identified by the SHA-256 of its bytes."""

    class Source(models.TextChoices):
        UPLOAD: Any = "upload", "Uploaded on a page"
        API: Any = "api", "Sent by REST"
        COMMAND: Any = "command", "Read by ingest_files"
        WATCH_FOLDER: Any = "watch_folder", "Found in a watched folder"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=50)
    size_bytes = models.BigIntegerField()
    # Of the upright picture, after its EXIF orientation was applied; all boxes refer to it.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    source = models.CharField(max_length=20, choices=Source)
    ingested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("-created_at", "-id"), name="asset_newest_first"),)

    def __str__(self) -> str:
        return self.name
