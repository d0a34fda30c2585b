import uuid

import django.db.models.functions.datetime
from django.db import migrations, models

# Face id >> 15: 32,768 faces in a chunk.
MARKING = """
    CREATE FUNCTION search_mark_inserted_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id) SELECT DISTINCT face_id FROM new_rows;
        RETURN NULL;
    END $$;

    CREATE FUNCTION search_mark_deleted_tags() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id) SELECT DISTINCT face_id FROM old_rows;
        RETURN NULL;
    END $$;

    -- What a model says beside a person's value, and scores, are in no column.
    CREATE FUNCTION search_mark_updated_tags() RETURNS trigger LANGUAGE plpgsql
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

    CREATE FUNCTION search_mark_inserted_faces() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id) SELECT id FROM new_rows;
        RETURN NULL;
    END $$;

    CREATE FUNCTION search_mark_deleted_faces() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id) SELECT id FROM old_rows;
        RETURN NULL;
    END $$;

    -- Landmarks, pose and the times of changes are in no column.
    CREATE FUNCTION search_mark_updated_faces() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO search_changedface (face_id)
        SELECT id FROM new_rows AS fresh FULL JOIN old_rows AS stale USING (id)
        WHERE (fresh.asset_id, fresh.position, fresh.width, fresh.height, fresh.score,
               fresh.quality_score, fresh.readings, fresh.embedding_net, fresh.embedding,
               fresh.retired_at)
            IS DISTINCT FROM
              (stale.asset_id, stale.position, stale.width, stale.height, stale.score,
               stale.quality_score, stale.readings, stale.embedding_net, stale.embedding,
               stale.retired_at);
        RETURN NULL;
    END $$;

    -- Nobody can say any more which rows there were: every chunk is to be made from the rows.
    CREATE FUNCTION search_mark_all() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
        UPDATE search_indexchunk SET version = gen_random_uuid(), columns = NULL, sketches = NULL;
        RETURN NULL;
    END $$;

    CREATE TRIGGER search_inserted AFTER INSERT ON analysis_facetag
        REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_inserted_tags();
    CREATE TRIGGER search_deleted AFTER DELETE ON analysis_facetag
        REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_deleted_tags();
    CREATE TRIGGER search_updated AFTER UPDATE ON analysis_facetag
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_updated_tags();
    CREATE TRIGGER search_truncated AFTER TRUNCATE ON analysis_facetag
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_all();
    CREATE TRIGGER search_inserted AFTER INSERT ON analysis_face
        REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_inserted_faces();
    CREATE TRIGGER search_deleted AFTER DELETE ON analysis_face
        REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_deleted_faces();
    CREATE TRIGGER search_updated AFTER UPDATE ON analysis_face
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_updated_faces();
    CREATE TRIGGER search_truncated AFTER TRUNCATE ON analysis_face
        FOR EACH STATEMENT EXECUTE FUNCTION search_mark_all();
"""
UNMARKING = """
    DROP TRIGGER search_inserted ON analysis_facetag;
    DROP TRIGGER search_deleted ON analysis_facetag;
    DROP TRIGGER search_updated ON analysis_facetag;
    DROP TRIGGER search_truncated ON analysis_facetag;
    DROP TRIGGER search_inserted ON analysis_face;
    DROP TRIGGER search_deleted ON analysis_face;
    DROP TRIGGER search_updated ON analysis_face;
    DROP TRIGGER search_truncated ON analysis_face;
    DROP FUNCTION search_mark_inserted_tags;
    DROP FUNCTION search_mark_deleted_tags;
    DROP FUNCTION search_mark_updated_tags;
    DROP FUNCTION search_mark_inserted_faces;
    DROP FUNCTION search_mark_deleted_faces;
    DROP FUNCTION search_mark_updated_faces;
    DROP FUNCTION search_mark_all;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('analysis', '0003_custom_tags'),
        ('dam', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL('CREATE SEQUENCE search_mark', 'DROP SEQUENCE search_mark'),
        migrations.CreateModel(
            name='IndexChunk',
            fields=[
                ('number', models.IntegerField(primary_key=True, serialize=False)),
                ('version', models.UUIDField(default=uuid.uuid4)),
                ('columns', models.BinaryField(null=True)),
                ('sketch_version', models.UUIDField(default=uuid.uuid4)),
                ('sketches', models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ChangedFace',
            fields=[
                ('id', models.BigIntegerField(db_default=models.Func(models.Value('search_mark'), function='nextval'), primary_key=True, serialize=False)),
                ('face_id', models.BigIntegerField()),
                ('marked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        # Columns do not get smaller, so trying would only take time. The marks come and go all day.
        migrations.RunSQL(
            """
            ALTER TABLE search_indexchunk ALTER columns SET STORAGE EXTERNAL,
                                          ALTER sketches SET STORAGE EXTERNAL;
            ALTER TABLE search_changedface SET
                (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
                 autovacuum_vacuum_insert_threshold = -1);
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(MARKING, UNMARKING),
        # The triggers keep writers away until the end of this transaction, so these are all.
        migrations.RunSQL(
            """
            INSERT INTO search_indexchunk (number, version, sketch_version)
            SELECT number, gen_random_uuid(), gen_random_uuid()
            FROM (SELECT DISTINCT (id >> 15)::integer AS number FROM analysis_face) AS found
            """,
            migrations.RunSQL.noop,
        ),
    ]
