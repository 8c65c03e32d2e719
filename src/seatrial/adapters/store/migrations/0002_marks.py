"""What streams are found by, and the time they are about, as columns; filled from their states.

The states are read as the version before wrote them, whatever became of the rules since.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.db import migrations, models

PAGE = 1000
"""Rows that are read or written at a time."""

Mark = tuple[str, str, bool]
"""Value, sort, whether it is past."""


def fill(apps: Any, schema_editor: Any) -> None:
    """Write marks and times of every stream that has some."""
    alias = schema_editor.connection.alias
    rows = apps.get_model("store", "StreamRow").objects.using(alias)
    model = apps.get_model("store", "StreamMark")
    made: list[Any] = []
    for row in rows.filter(aggregate__in=_MARKS).only("stream", "state").iterator(PAGE):
        aggregate, name = row.stream.split("/", 1)
        state = json.loads(row.state)
        if aggregate == "submission" and state.get("window"):
            begins, ends = _window(state["window"])
            rows.filter(stream=row.stream).update(begins=begins, ends=ends)
        made += [
            model(aggregate=aggregate, value=value, past=past, name=name, sort=sort)
            for value, sort, past in set(_MARKS[aggregate](state))
        ]
        if len(made) >= PAGE:
            model.objects.using(alias).bulk_create(made)
            made = []
    model.objects.using(alias).bulk_create(made)


def _window(window: Any) -> tuple[datetime, datetime]:
    ends = window.get("ended_at") or window["ends_at"]
    return datetime.fromisoformat(window["opened_at"]), datetime.fromisoformat(ends)


def _submission(state: Any) -> Iterator[Mark]:
    yield state["work"], "work", False


def _party(state: Any) -> Iterator[Mark]:
    for one in state["people"]:
        yield one["person"], "person", one["left"]
    for role in state["roles"]:
        yield role, "role", False


def _team(state: Any) -> Iterator[Mark]:
    for one in state["members"]:
        yield one["person"], one["role"], False
    for one in state["past"]:
        yield one["person"], one["role"], True


def _certificate(state: Any) -> Iterator[Mark]:
    yield state["issued"]["code"], "code", False


def _incident(state: Any) -> Iterator[Mark]:
    for party in state["affected"]:
        yield party, "affected", False


_MARKS = {
    "submission": _submission,
    "party": _party,
    "team": _team,
    "certificate": _certificate,
    "incident": _incident,
}


class Migration(migrations.Migration):
    """Written by `makemigrations`, but for the filling."""

    dependencies: ClassVar = [("store", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField("streamrow", "begins", models.DateTimeField(null=True)),
        migrations.AddField("streamrow", "ends", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="StreamMark",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "aggregate",
                        "value",
                        "past",
                        "name",
                        "sort",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("aggregate", models.CharField(max_length=200)),
                ("value", models.CharField(max_length=200)),
                ("past", models.BooleanField()),
                ("name", models.CharField(max_length=200)),
                ("sort", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "stream_mark",
                "indexes": [models.Index(fields=["aggregate", "name"], name="stream_mark_stream")],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "ledgerentry", models.Index(fields=["kind", "index"], name="ledger_entry_kind")
        ),
        migrations.RemoveIndex("streamrow", "stream_row_party"),
        migrations.RemoveIndex("streamrow", "stream_row_case"),
        migrations.AddIndex(
            "streamrow",
            models.Index(fields=["party", "aggregate", "at"], name="stream_row_party_at"),
        ),
        migrations.AddIndex(
            "streamrow", models.Index(fields=["case", "aggregate", "at"], name="stream_row_case_at")
        ),
        migrations.AddIndex(
            "streamrow", models.Index(fields=["aggregate", "at", "stream"], name="stream_row_at")
        ),
        migrations.AddIndex(
            "streamrow",
            models.Index(
                fields=["aggregate", "begins", "ends", "stream"],
                condition=models.Q(begins__isnull=False),
                name="stream_row_begins",
            ),
        ),
    ]
