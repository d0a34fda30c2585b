import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """People's uploads are kept for a while, with each file and address."""

    dependencies = [
        ("dam", "0008_source_connector"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "touched_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                ("cleared_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="UploadItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.TextField()),
                ("url", models.TextField(blank=True, db_default="", default="")),
                ("size_bytes", models.BigIntegerField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Not sent yet"),
                            ("stored", "Stored"),
                            ("existing", "Already there"),
                            ("rejected", "Failed"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "error_code",
                    models.CharField(blank=True, db_default="", default="", max_length=50),
                ),
                ("error_message", models.TextField(blank=True, db_default="", default="")),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="dam.asset",
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="dam.upload",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["user", "-id"], name="upload_newest_first"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["touched_at"], name="upload_by_age"),
        ),
        migrations.AddIndex(
            model_name="uploaditem",
            index=models.Index(fields=["upload", "status", "id"], name="upload_item_by_status"),
        ),
        migrations.AddIndex(
            model_name="uploaditem",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("status", "waiting")),
                fields=["upload", "due_at"],
                name="upload_item_due",
            ),
        ),
    ]
