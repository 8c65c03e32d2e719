"""Refused requests have a place; counts of attempts have a table."""

from typing import Any

from django.core.management import call_command
from django.db import migrations, models


def make_table(_apps: Any, schema_editor: Any) -> None:
    """Make the table of Django's cache in a database."""
    call_command("createcachetable", "counts", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="signin",
            name="place",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.RunPython(make_table, migrations.RunPython.noop),
    ]
