import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import analysis.fields


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='face',
            name='retired_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RemoveConstraint(model_name='face', name='one_face_for_each_position'),
        migrations.AddConstraint(
            model_name='face',
            constraint=models.UniqueConstraint(deferrable=models.Deferrable['DEFERRED'], fields=('asset', 'position', 'retired_at'), name='one_face_for_each_position', nulls_distinct=False),
        ),
        migrations.CreateModel(
            name='FaceTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('face', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='analysis.face')),
                ('facet', models.CharField(max_length=40)),
                ('value', models.CharField(max_length=40)),
                ('score', analysis.fields.RealField(blank=True, null=True)),
                ('source', models.CharField(choices=[('model', 'Model'), ('user', 'Person')], max_length=5)),
                ('model_value', models.CharField(blank=True, default='', max_length=40)),
                ('model_score', analysis.fields.RealField(blank=True, null=True)),
                ('model_dominant', models.CharField(blank=True, default='', max_length=40)),
            ],
            options={
                'indexes': [models.Index(fields=['facet', 'value', 'face'], name='tag_by_value')],
                'constraints': [models.UniqueConstraint(fields=('face', 'facet'), name='one_tag_for_each_facet')],
            },
        ),
        migrations.CreateModel(
            name='TagCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('face', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='analysis.face')),
                ('facet', models.CharField(max_length=40)),
                ('value', models.CharField(blank=True, max_length=40)),
                ('previous_value', models.CharField(blank=True, max_length=40)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['face', 'facet', '-id'], name='correction_by_face')],
            },
        ),
    ]
