from django.db import migrations, models


class Migration(migrations.Migration):
    """Room for the names of people. PostgreSQL changes no row for that."""

    dependencies = [("analysis", "0004_embedding_index")]

    operations = [
        migrations.AlterField("facetag", "value", models.CharField(max_length=100)),
        migrations.AlterField(
            "facetag", "model_value", models.CharField(blank=True, default="", max_length=100)
        ),
        migrations.AlterField(
            "facetag", "model_dominant", models.CharField(blank=True, default="", max_length=100)
        ),
        migrations.AlterField(
            "tagcorrection", "value", models.CharField(blank=True, max_length=100)
        ),
        migrations.AlterField(
            "tagcorrection", "previous_value", models.CharField(blank=True, max_length=100)
        ),
    ]
