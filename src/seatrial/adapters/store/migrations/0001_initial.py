"""The first tables, and the head of the empty ledger."""

from typing import Any, ClassVar

from django.db import migrations, models

import seatrial.adapters.store.models
from seatrial.core.ledger.tree import EMPTY_ROOT


def make_head(apps: Any, schema_editor: Any) -> None:
    """Write the one row that every writer locks."""
    heads = apps.get_model("store", "LedgerHead").objects.using(schema_editor.connection.alias)
    heads.create(id=1, size=0, root=EMPTY_ROOT, peaks=b"", at="")


class Migration(migrations.Migration):
    """Written by `makemigrations`, but for the head."""

    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="LedgerCheckpoint",
            fields=[
                (
                    "size",
                    seatrial.adapters.store.models.LeafIndex(primary_key=True, serialize=False),
                ),
                ("note", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="LedgerNode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level",
                        "place",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("place", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "ledger_node",
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "index",
                    seatrial.adapters.store.models.LeafIndex(primary_key=True, serialize=False),
                ),
                ("stream", models.CharField(max_length=200)),
                ("number", models.IntegerField()),
                ("kind", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("case", models.CharField(max_length=200, null=True)),
                ("key", models.CharField(max_length=300, null=True)),
                ("content", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_entry",
                "indexes": [
                    models.Index(
                        condition=models.Q(("case__isnull", False)),
                        fields=["case", "index"],
                        name="ledger_entry_case",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("stream", "number"), name="ledger_entry_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("key__isnull", False)),
                        fields=("key",),
                        name="ledger_entry_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerHead",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("peaks", models.BinaryField()),
                ("at", models.CharField(max_length=24)),
            ],
            options={
                "db_table": "ledger_head",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="ledger_head_only")
                ],
            },
        ),
        migrations.CreateModel(
            name="StreamRow",
            fields=[
                ("stream", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("aggregate", models.CharField(max_length=200)),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("state", models.TextField()),
                ("stage", models.CharField(max_length=200)),
                ("party", models.CharField(max_length=200, null=True)),
                ("case", models.CharField(max_length=200, null=True)),
                ("title", models.TextField()),
            ],
            options={
                "db_table": "stream_row",
                "indexes": [
                    models.Index(fields=["aggregate", "stage", "at"], name="stream_row_stage"),
                    models.Index(fields=["party", "aggregate"], name="stream_row_party"),
                    models.Index(fields=["case", "aggregate"], name="stream_row_case"),
                ],
            },
        ),
        migrations.RunPython(make_head, migrations.RunPython.noop),
    ]
