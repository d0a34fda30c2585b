from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """What waits for a review in its order, and the few faces that are retired."""

    dependencies = [("analysis", "0010_denials")]

    operations = [
        migrations.AddIndex(
            model_name="face",
            index=models.Index(
                fields=["id"],
                name="face_retired",
                condition=models.Q(retired_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="facetag",
            index=models.Index(
                fields=["facet", "model_score", "face"],
                name="tag_unsure",
                condition=models.Q(source="model", value="unsure"),
            ),
        ),
    ]
