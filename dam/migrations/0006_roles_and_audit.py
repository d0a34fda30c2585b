import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SCOPES = [
    ("read", "Read"),
    ("analyze", "Analyze pictures"),
    ("write", "Write"),
    ("admin", "Administer"),
]
# Until now everybody could do everything but see what keys used.
KEEP_PEOPLE = "UPDATE dam_user SET role = 'administrator'"
KEEP_KEYS = "UPDATE dam_apikey SET scopes = ARRAY[scope]"
BACK_TO_ONE = """
UPDATE dam_apikey SET scope = CASE
    WHEN 'admin' = ANY (scopes) THEN 'admin'
    WHEN 'write' = ANY (scopes) THEN 'write'
    ELSE 'read' END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dam", "0005_webhooks"),
    ]

    operations = [
        migrations.AlterModelManagers(name="user", managers=[]),
        migrations.AddField(
            model_name="user",
            name="role",
            field=models.CharField(
                choices=[
                    ("viewer", "Viewer"),
                    ("editor", "Editor"),
                    ("administrator", "Administrator"),
                ],
                db_default="viewer",
                default="viewer",
                max_length=20,
            ),
        ),
        migrations.RunSQL(KEEP_PEOPLE, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=SCOPES, max_length=10),
                default=list,
                size=None,
            ),
        ),
        migrations.RunSQL(KEEP_KEYS, BACK_TO_ONE),
        migrations.RemoveField(model_name="apikey", name="scope"),
        migrations.AddField(
            model_name="apikey",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("key", "API keys"),
                            ("user", "Users and roles"),
                            ("deletion", "Deletions"),
                            ("bulk", "Changes of many"),
                            ("setting", "Settings"),
                            ("webhook", "Webhooks"),
                            ("rule", "Rules"),
                            ("connector", "Connectors"),
                        ],
                        max_length=20,
                    ),
                ),
                ("text", models.TextField()),
                ("by", models.CharField(max_length=200)),
                (
                    "api_key",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="dam.apikey",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["kind", "-id"], name="audit_of_a_kind"),
                    models.Index(fields=["by", "-id"], name="audit_of_a_person"),
                ],
            },
        ),
    ]
