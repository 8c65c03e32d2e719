"""Counts of API requests have a table, which all server processes share."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_refusals_and_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestCount",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("minute", models.BigIntegerField()),
                ("taken", models.BigIntegerField()),
            ],
            options={
                "db_table": "request_count",
            },
        ),
    ]
