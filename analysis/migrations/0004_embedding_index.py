from __future__ import annotations

from django.db import migrations, models
from pgvector.django import HnswIndex


class Migration(migrations.Migration):
    """Lets models know of an index that is built only where there are millions of faces.

    It costs more with each face that is added than it saves before; `manage.py
    build_embedding_index` builds it.
    """

    dependencies = [
        ("analysis", "0003_custom_tags"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddIndex(
                    model_name="face",
                    index=HnswIndex(
                        condition=models.Q(("retired_at", None)),
                        ef_construction=64,
                        fields=["embedding"],
                        m=16,
                        name="face_by_embedding",
                        opclasses=("halfvec_ip_ops",),
                    ),
                ),
            ],
        ),
    ]
