from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0003_bulk_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecallCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checked_at", models.DateTimeField(auto_now_add=True)),
                ("face_count", models.PositiveIntegerField()),
                ("figures", models.JSONField()),
            ],
            options={"ordering": ("-id",)},
        ),
    ]
