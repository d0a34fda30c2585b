from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from pgvector.django import HnswIndex

# A minute or two of one core. Beyond, the service must not stay down until the index is there:
# searches do without, and `manage.py build_embedding_index` builds it beside a running service.
MOST_FACES = 50_000
# The graph of that many has to fit in, or the build takes many times as long.
MEMORY_KB = 192 * 1024


class AddEmbeddingIndex(AddIndexConcurrently):
    """Adds the index where that is soon done; puts one that a cut-off build left right."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)",
                [self.index.name],
            )
            found = cursor.fetchone()
            if found == (True,):
                return
            if found:
                cursor.execute(f'DROP INDEX CONCURRENTLY "{self.index.name}"')
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM analysis_face LIMIT %s) AS some_faces",
                [MOST_FACES + 1],
            )
            if cursor.fetchone()[0] > MOST_FACES:
                return
            # Workers share their memory through /dev/shm, which is small in many containers.
            cursor.execute("SET max_parallel_maintenance_workers = 0")
            cursor.execute(
                "SELECT set_config(name, greatest(setting::int, %s)::text, false) "
                "FROM pg_settings WHERE name = 'maintenance_work_mem'",
                [MEMORY_KB],
            )
            try:
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            finally:
                cursor.execute("RESET max_parallel_maintenance_workers")
                cursor.execute("RESET maintenance_work_mem")


class Migration(migrations.Migration):
    # A concurrent build cannot be part of a transaction.
    atomic = False

    dependencies = [
        ("analysis", "0003_custom_tags"),
    ]

    operations = [
        AddEmbeddingIndex(
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
    ]
