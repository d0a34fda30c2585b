"""Users, API keys and what they used, assets and collections."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Now

from dam.uploading.models import Upload, UploadItem  # noqa: F401  (Django looks here)
from dam.verdicts.models import RuleOutcome  # noqa: F401  (Django looks here)
from dam.webhooks.models import Webhook, WebhookDelivery  # noqa: F401  (Django looks here)


class People(UserManager):
    """Makes administrators of those whom `manage.py createsuperuser` makes."""

    use_in_migrations = False

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        fields.setdefault("role", User.Role.ADMINISTRATOR)
        user: User = super().create_superuser(username, email, password, **fields)
        return user


class User(AbstractUser):
    """A person who signs in. What they may do is their role's: dam.roles."""

    class Role(models.TextChoices):
        # Any, because the type checker knows no Django and would take members for tuples.
        VIEWER: Any = "viewer", "Viewer"
        EDITOR: Any = "editor", "Editor"
        ADMINISTRATOR: Any = "administrator", "Administrator"

    role = models.CharField(
        max_length=20, choices=Role, default=Role.VIEWER, db_default=Role.VIEWER.value
    )

    objects = People()

    @property
    def may_write(self) -> bool:
        """Whether buttons that change something are shown to them."""
        return self.role in (self.Role.EDITOR, self.Role.ADMINISTRATOR)

    @property
    def may_administer(self) -> bool:
        """Whether what is for administrators alone is shown to them."""
        return bool(self.role == self.Role.ADMINISTRATOR)


class ApiKey(models.Model):
    """A program's credential. The key itself is shown once; only its SHA-256 is kept."""

    class Scope(models.TextChoices):
        READ: Any = "read", "Read"
        ANALYZE: Any = "analyze", "Analyze pictures"
        WRITE: Any = "write", "Write"
        ADMIN: Any = "admin", "Administer"

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    # Those that no other one of them includes, in the order of Scope: dam.roles.
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), default=list)
    # None where it was made on the command line, or the person is gone.
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # What it may ask for, instead of the settings of the same names; 0 is without a limit.
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True)
    megapixels_per_minute = models.PositiveIntegerField(null=True, blank=True)
    concurrent_requests = models.PositiveIntegerField(null=True, blank=True)
    pictures_per_day = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…, {', '.join(self.scopes)})"

    @property
    def scope_labels(self) -> list[str]:
        """Return what people call its scopes."""
        return [self.Scope(scope).label for scope in self.scopes]


class AuditEntry(models.Model):
    """Who did what, and when. Nothing is ever changed in it; dam.audit writes it."""

    class Kind(models.TextChoices):
        KEY: Any = "key", "API keys"
        USER: Any = "user", "Users and roles"
        DELETION: Any = "deletion", "Deletions"
        BULK: Any = "bulk", "Changes of many"
        SETTING: Any = "setting", "Settings"
        WEBHOOK: Any = "webhook", "Webhooks"
        RULE: Any = "rule", "Rules"
        CONNECTOR: Any = "connector", "Connectors"

    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    kind = models.CharField(max_length=20, choices=Kind)
    # What was done, as what follows a name: "revoked the API key “web shop”".
    text = models.TextField()
    # Who did it, as they were called then: an account's name, a key's, or "command line".
    by = models.CharField(max_length=200)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    api_key = models.ForeignKey(
        ApiKey, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("kind", "-id"), name="audit_of_a_kind"),
            models.Index(fields=("by", "-id"), name="audit_of_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.by} {self.text}"


class KeyUsage(models.Model):
    """What a key had looked at on one day, in UTC."""

    api_key = models.ForeignKey(
        ApiKey, on_delete=models.CASCADE, related_name="usage", db_index=False
    )
    day = models.DateField()
    requests = models.BigIntegerField(default=0, db_default=0)
    # Those among them that a limit turned away.
    refused = models.BigIntegerField(default=0, db_default=0)
    pictures = models.BigIntegerField(default=0, db_default=0)
    pixels = models.BigIntegerField(default=0, db_default=0)
    faces = models.BigIntegerField(default=0, db_default=0)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        ordering = ("-day", "api_key")
        constraints = (
            models.UniqueConstraint(fields=("api_key", "day"), name="key_usage_once_a_day"),
        )

    def __str__(self) -> str:
        return f"key {self.api_key_id} on {self.day}"


class KeyPace(models.Model):
    """When a key will have earned what it spent; it may be ahead by a minute at most."""

    class Measure(models.TextChoices):
        REQUESTS: Any = "requests", "Requests"
        PIXELS: Any = "pixels", "Pixels"

    api_key = models.ForeignKey(
        ApiKey, on_delete=models.CASCADE, related_name="paces", db_index=False
    )
    measure = models.CharField(max_length=10, choices=Measure)
    due_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("api_key", "measure"), name="key_pace_of_each_measure"),
        )

    def __str__(self) -> str:
        return f"{self.measure} of key {self.api_key_id}"


class KeptAssets(models.Manager["Asset"]):
    """Assets that belong to the library: those that no rule refused, or that a person accepted."""

    def get_queryset(self) -> QuerySet[Asset]:
        return super().get_queryset().filter(refused_at=None)


class Asset(models.Model):
    """A stored picture, identified by the SHA-256 of its bytes.

    A refused one appears only where `everything` is asked for: among the refused, by its uid, and
    where its bytes come in again. Its faces are retired meanwhile.
    """

    class Source(models.TextChoices):
        UPLOAD: Any = "upload", "Uploaded on a page"
        API: Any = "api", "Sent by REST"
        COMMAND: Any = "command", "Read by ingest_files"
        WATCH_FOLDER: Any = "watch_folder", "Found in a watched folder"
        CONNECTOR: Any = "connector", "Pulled by a connector"

    class Verdict(models.TextChoices):
        WAITING: Any = "waiting", "Not judged yet"
        PASSED: Any = "passed", "Passed"
        REFUSED: Any = "refused", "Refused"
        ACCEPTED: Any = "accepted", "Accepted by a person"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=50)
    size_bytes = models.BigIntegerField()
    # Of the upright picture, after its EXIF orientation was applied; all boxes refer to it.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    source = models.CharField(max_length=20, choices=Source)
    # Below the root it came from: names with "/" between them, none at either end; "" is the root.
    folder = models.TextField(blank=True, default="", db_default="")
    # What the file and its sidecar say of it: dam.metadata.facts.Metadata as JSON.
    metadata = models.JSONField(blank=True, default=dict, db_default={})
    # The words that find it, with single spaces between them: dam.asset_words.
    search_text = models.TextField(blank=True, default="", db_default="", editable=False)
    # The words as they are: PostgreSQL's own parser would take "1.jpg" for the name of a host.
    search_vector = models.GeneratedField(
        expression=Func(
            Func(F("search_text"), Value(" "), function="string_to_array"),
            function="array_to_tsvector",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    ingested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # What the rules on upload said; empty where there was none when the picture came.
    verdict = models.CharField(
        max_length=10, choices=Verdict, blank=True, default="", db_default=""
    )
    # Empty again once a person accepted it. Its faces were retired at the same instant.
    refused_at = models.DateTimeField(null=True, blank=True)

    # The first manager is what related lists and `get_object_or_404` use.
    objects = KeptAssets()
    everything = models.Manager["Asset"]()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            # Partial, so that kept ones are also counted by it alone.
            models.Index(
                fields=("-created_at", "-id"),
                name="asset_newest_first",
                condition=Q(refused_at=None),
            ),
            models.Index(
                fields=("-refused_at", "-id"),
                name="asset_refused",
                condition=Q(refused_at__isnull=False),
            ),
            models.Index(fields=("id",), name="asset_not_judged", condition=Q(verdict="waiting")),
            # Also for what is below a folder: a prefix, whatever the database's collation is.
            models.Index(
                fields=("folder",), name="asset_by_folder", opclasses=["text_pattern_ops"]
            ),
            GinIndex(fields=("search_vector",), name="asset_by_words"),
        )

    def __str__(self) -> str:
        return self.name


class Named(models.Model):
    """What people make and call by a name that nothing else of its kind has."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    # What names that people take for the same have in common: dam.names.name_key.
    name_key = models.TextField(unique=True, editable=False)
    # Empty where a program with an API key did it, or the person is gone.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering: tuple[str, ...] = ("name_key",)

    def __str__(self) -> str:
        return self.name


class Job(models.Model):
    """Work that a worker does in pieces and can go on with. The broker only carries its id."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Empty where the clock or a program with an API key did it, or the person is gone.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    # Empty as long as a worker has something to do, also for one that was cancelled.
    finished_at = models.DateTimeField(null=True, blank=True)
    # When the broker was last given the id, or work on it went on; empty: it has to be sent.
    sent_at = models.DateTimeField(null=True, blank=True)
    # Why it does not go on at the moment, or failed.
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        abstract = True
        ordering = ("-id",)


class Collection(Named):
    """Photos that people put together under a name. A photo may be in several.

    It is updated also when photos are put in or taken out.
    """

    description = models.TextField(blank=True, default="")
    assets = models.ManyToManyField(Asset, through="CollectionAsset", related_name="collections")


class CollectionAsset(models.Model):
    """A photo in a collection. The ids rise in the order in which photos were put in."""

    # The indexes below begin with these two.
    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Asked for only when a person is deleted.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("collection", "asset"), name="asset_once_in_each_collection"
            ),
        )
        indexes = (
            models.Index(fields=("asset", "collection"), name="collections_of_an_asset"),
            models.Index(fields=("collection", "-id"), name="collection_newest_first"),
        )

    def __str__(self) -> str:
        return f"asset {self.asset_id} in collection {self.collection_id}"
