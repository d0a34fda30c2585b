import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What people say about whether there is a face, and which change takes back which."""

    dependencies = [
        ("analysis", "0006_connectors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "face",
            "origin",
            models.CharField(
                choices=[("found", "Found"), ("drawn", "Drawn by a person")],
                db_default="found",
                default="found",
                max_length=5,
            ),
        ),
        migrations.AddField("face", "rejected_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "face",
            models.CheckConstraint(
                condition=models.Q(
                    ("rejected_at", None), ("retired_at__isnull", False), _connector="OR"
                ),
                name="rejected_faces_are_retired",
            ),
        ),
        migrations.AddField(
            "tagcorrection", "undoes", models.BigIntegerField(blank=True, null=True)
        ),
        migrations.CreateModel(
            name="FaceDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("drawn", "Drawn"),
                            ("rejected", "Not a face"),
                            ("restored", "A face after all"),
                        ],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("undoes", models.BigIntegerField(blank=True, null=True)),
                (
                    "face",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="analysis.face",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["face", "-id"], name="decision_by_face")],
            },
        ),
    ]
