import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgvector.django
from django.db import migrations, models

import analysis.fields


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('dam', '0001_initial'),
    ]

    operations = [
        pgvector.django.VectorExtension(),
        migrations.CreateModel(
            name='AnalysisRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='dam.asset')),
                ('pipeline_version', models.CharField(max_length=40)),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('running', 'Analyzing'), ('succeeded', 'Analyzed'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('attempts_forgiven', models.PositiveIntegerField(default=0)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('not_before', models.DateTimeField(blank=True, null=True)),
                ('lease_expires_at', models.DateTimeField(blank=True, null=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('face_count', models.PositiveIntegerField(blank=True, null=True)),
                ('error_code', models.CharField(blank=True, default='', max_length=50)),
                ('error_message', models.TextField(blank=True, default='')),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('status__in', ('queued', 'running'))), fields=['id'], name='run_unfinished')],
                'constraints': [models.UniqueConstraint(fields=('asset', 'pipeline_version'), name='one_run_for_each_version')],
            },
        ),
        migrations.CreateModel(
            name='Face',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='faces', to='dam.asset')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='faces', to='analysis.analysisrun')),
                ('position', models.PositiveSmallIntegerField()),
                ('left', analysis.fields.RealField()),
                ('top', analysis.fields.RealField()),
                ('width', analysis.fields.RealField()),
                ('height', analysis.fields.RealField()),
                ('score', analysis.fields.RealField()),
                ('landmarks', django.contrib.postgres.fields.ArrayField(base_field=analysis.fields.RealField(), size=None)),
                ('pupils', django.contrib.postgres.fields.ArrayField(base_field=analysis.fields.RealField(), size=None)),
                ('yaw', analysis.fields.RealField()),
                ('pitch', analysis.fields.RealField()),
                ('roll', analysis.fields.RealField()),
                ('readings', models.JSONField(default=dict)),
                ('quality_score', analysis.fields.RealField()),
                ('quality_noise', analysis.fields.RealField()),
                ('quality_blur', analysis.fields.RealField()),
                ('quality_fnf', analysis.fields.RealField()),
                ('quality_glass', analysis.fields.RealField()),
                ('quality_mask', analysis.fields.RealField()),
                ('quality_illumination', analysis.fields.RealField()),
                ('quality_pose', analysis.fields.RealField()),
                ('embedding', pgvector.django.HalfVectorField(dimensions=1024)),
                ('embedding_net', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ('-asset_id', 'position'),
                'constraints': [models.UniqueConstraint(deferrable=models.Deferrable['DEFERRED'], fields=('asset', 'position'), name='one_face_for_each_position')],
            },
        ),
        # A vector of 1024 is just over the limit at which PostgreSQL moves a value out of the row,
        # and a scan that fetches each from there takes 3.5 times as long.
        migrations.RunSQL(
            'ALTER TABLE analysis_face ALTER COLUMN embedding SET STORAGE PLAIN',
            'ALTER TABLE analysis_face ALTER COLUMN embedding SET STORAGE EXTERNAL',
        ),
    ]
