from django.db import migrations, models

# Whoever changes tags alone leaves the face's own row as it is, which need not be read then.
MARKING = """
    CREATE OR REPLACE FUNCTION search_mark_inserted_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id, tags_only)
        SELECT DISTINCT face_id, TRUE FROM new_rows;
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION search_mark_deleted_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id, tags_only)
        SELECT DISTINCT face_id, TRUE FROM old_rows;
        RETURN NULL;
    END $$;

    -- What a model says beside a person's value, and scores, are in no column.
    CREATE OR REPLACE FUNCTION search_mark_updated_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id, tags_only)
        SELECT face_id, TRUE FROM
            (SELECT face_id FROM
                (SELECT face_id, facet, value FROM new_rows
                 EXCEPT ALL SELECT face_id, facet, value FROM old_rows) AS added
             UNION SELECT face_id FROM
                (SELECT face_id, facet, value FROM old_rows
                 EXCEPT ALL SELECT face_id, facet, value FROM new_rows) AS removed) AS changed;
        RETURN NULL;
    END $$;
"""
MARKING_BEFORE = """
    CREATE OR REPLACE FUNCTION search_mark_inserted_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id) SELECT DISTINCT face_id FROM new_rows;
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION search_mark_deleted_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id) SELECT DISTINCT face_id FROM old_rows;
        RETURN NULL;
    END $$;

    -- What a model says beside a person's value, and scores, are in no column.
    CREATE OR REPLACE FUNCTION search_mark_updated_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id)
        (SELECT face_id FROM
            (SELECT face_id, facet, value FROM new_rows
             EXCEPT ALL SELECT face_id, facet, value FROM old_rows) AS added
         UNION SELECT face_id FROM
            (SELECT face_id, facet, value FROM old_rows
             EXCEPT ALL SELECT face_id, facet, value FROM new_rows) AS removed);
        RETURN NULL;
    END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0004_recall_checks'),
    ]

    operations = [
        migrations.AddField(
            model_name='changedface',
            name='tags_only',
            field=models.BooleanField(db_default=False),
        ),
        migrations.RunSQL(MARKING, MARKING_BEFORE),
    ]
