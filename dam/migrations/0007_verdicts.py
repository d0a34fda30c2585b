import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dam", "0006_roles_and_audit"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="asset",
            name="verdict",
            field=models.CharField(
                blank=True,
                choices=[
                    ("waiting", "Not judged yet"),
                    ("passed", "Passed"),
                    ("refused", "Refused"),
                    ("accepted", "Accepted by a person"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.RemoveIndex(model_name="asset", name="asset_newest_first"),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                condition=models.Q(("refused_at", None)),
                fields=["-created_at", "-id"],
                name="asset_newest_first",
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                condition=models.Q(("refused_at__isnull", False)),
                fields=["-refused_at", "-id"],
                name="asset_refused",
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                condition=models.Q(("verdict", "waiting")),
                fields=["id"],
                name="asset_not_judged",
            ),
        ),
        migrations.CreateModel(
            name="RuleOutcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule_uid", models.UUIDField()),
                ("rule_name", models.CharField(max_length=100)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("refuse", "Refuse"),
                            ("warn", "Warn"),
                            ("route", "Put in a collection"),
                        ],
                        max_length=10,
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                (
                    "left_collections",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        db_default=[],
                        default=list,
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="dam.asset",
                    ),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="dam.collection",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["asset", "id"], name="outcomes_of_an_asset")],
            },
        ),
    ]
