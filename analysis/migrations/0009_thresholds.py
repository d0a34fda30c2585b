from django.db import migrations, models


class Migration(migrations.Migration):
    """Thresholds of facets that administrators set."""

    dependencies = [("analysis", "0008_pause_and_workers")]

    operations = [
        migrations.CreateModel(
            name="FacetThreshold",
            fields=[
                (
                    "facet",
                    models.CharField(max_length=40, primary_key=True, serialize=False),
                ),
                ("min_score", models.FloatField(blank=True, null=True)),
                ("applied_up_to", models.BigIntegerField(blank=True, null=True)),
                ("faces_done", models.PositiveIntegerField(default=0)),
                ("faces_total", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("facet",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("min_score", None), ("min_score__range", (0, 1)), _connector="OR"
                        ),
                        name="threshold_is_a_probability",
                    )
                ],
            },
        ),
    ]
