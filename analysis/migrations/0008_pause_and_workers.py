from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """Pausing analysis, who analyzes, and what the status page counts every few seconds."""

    dependencies = [("analysis", "0007_faces_by_people")]

    operations = [
        migrations.CreateModel(
            name="AnalysisPause",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("since", models.DateTimeField(auto_now_add=True)),
                ("by", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_pause_of_analysis"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="WorkerProcess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=255)),
                ("pid", models.PositiveIntegerField()),
                ("pipeline_version", models.CharField(blank=True, max_length=40)),
                ("started_at", models.DateTimeField(db_default=Now())),
                ("seen_at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "ordering": ("host", "pid"),
                "constraints": [
                    models.UniqueConstraint(fields=("host", "pid"), name="one_row_for_each_process")
                ],
            },
        ),
        migrations.AddIndex(
            "analysisrun",
            models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["finished_at"],
                name="run_finished",
            ),
        ),
        migrations.AddIndex(
            "analysisrun",
            models.Index(
                condition=models.Q(("status", "failed")), fields=["-id"], name="run_failed"
            ),
        ),
    ]
