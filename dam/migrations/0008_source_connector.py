from django.db import migrations, models


class Migration(migrations.Migration):
    """Pictures may come from connectors."""

    dependencies = [
        ("dam", "0007_verdicts"),
    ]

    operations = [
        migrations.AlterField(
            "asset",
            "source",
            models.CharField(
                choices=[
                    ("upload", "Uploaded on a page"),
                    ("api", "Sent by REST"),
                    ("command", "Read by ingest_files"),
                    ("watch_folder", "Found in a watched folder"),
                    ("connector", "Pulled by a connector"),
                ],
                max_length=20,
            ),
        ),
    ]
