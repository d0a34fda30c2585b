import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models
from django.db.models import F, Func, Value

# The words of the names of before, as dam.asset_words makes them of new ones: without marks above
# and below letters, whole and in parts, in lower case. What is not ASCII counts as a letter, since
# what else a letter is depends on the database's collation.
FILL_SEARCH_TEXT = r"""
    WITH plain AS (
        SELECT id, normalize(
            regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'), NFC
        ) AS name
        FROM dam_asset
    ), split AS (
        SELECT id, name, regexp_replace(regexp_replace(regexp_replace(
            name, '([[:lower:]])([[:upper:]])', '\1 \2', 'g'
        ), '([[:alpha:]])([[:digit:]])', '\1 \2', 'g'
        ), '([[:digit:]])([[:alpha:]])', '\1 \2', 'g') AS parts
        FROM plain
    )
    UPDATE dam_asset SET search_text = trim(regexp_replace(
        replace(lower(split.name || ' ' || split.parts), 'ß', 'ss'),
        '[^a-z0-9\u0080-\U0010ffff]+', ' ', 'g'
    ))
    FROM split WHERE split.id = dam_asset.id
"""


class Migration(migrations.Migration):
    dependencies = [("dam", "0001_initial")]

    operations = [
        migrations.AddField(
            "asset", "folder", models.TextField(blank=True, default="", db_default="")
        ),
        migrations.AddField(
            "asset", "metadata", models.JSONField(blank=True, default=dict, db_default={})
        ),
        migrations.AddField(
            "asset",
            "search_text",
            models.TextField(blank=True, default="", db_default="", editable=False),
        ),
        migrations.RunSQL(FILL_SEARCH_TEXT, migrations.RunSQL.noop, elidable=True),
        migrations.AddField(
            "asset",
            "search_vector",
            models.GeneratedField(
                expression=Func(
                    Func(F("search_text"), Value(" "), function="string_to_array"),
                    function="array_to_tsvector",
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            "asset",
            models.Index(fields=["folder"], name="asset_by_folder", opclasses=["text_pattern_ops"]),
        ),
        migrations.AddIndex(
            "asset",
            django.contrib.postgres.indexes.GinIndex(
                fields=["search_vector"], name="asset_by_words"
            ),
        ),
    ]
