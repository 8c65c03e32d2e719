"""Lists are read from indexes: what the database plans to do, not how long it takes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.models import QuerySet
from lamp import START
from stores import Store

from seatrial.adapters.store.models import LedgerEntry, StreamMark, StreamRow
from seatrial.core.people import PersonId
from seatrial.faces.desk.cases import cases_with, windows_between, with_person

CASES = 3000
ADA = PersonId("ada")


@pytest.fixture
def filled(store: Store) -> Store:
    """Rows as lists need them: everybody's one in three, an incident for each twentieth."""
    moments = [START + timedelta(hours=number) for number in range(CASES)]
    rows = [
        StreamRow(
            stream=f"{aggregate}/{number}",
            aggregate=aggregate,
            number=1,
            at=at,
            state="x" * 2000,
            stage="open",
            title="t",
            begins=at if aggregate == "submission" else None,
            ends=at + timedelta(days=20) if aggregate == "submission" else None,
        )
        for number, at in enumerate(moments)
        for aggregate in ("submission", "team")
    ]
    StreamRow.objects.using(store.alias).bulk_create(rows, batch_size=500)
    marks = [
        StreamMark(aggregate="team", value=who, past=False, name=str(number), sort="evaluator")
        for number in range(CASES)
        for who in ("ada", f"person{number % 40}")
    ]
    StreamMark.objects.using(store.alias).bulk_create(marks, batch_size=500)
    entries = [
        LedgerEntry(
            index=number,
            stream=f"submission/{number}",
            number=0,
            kind="policy.put-in-force" if number == 7 else "submission.drafted",
            at=at,
            content=b"x" * 500,
        )
        for number, at in enumerate(moments)
    ]
    LedgerEntry.objects.using(store.alias).bulk_create(entries, batch_size=500)
    with connections[store.alias].cursor() as cursor:
        cursor.execute("ANALYZE")
    return store


def latest(alias: str) -> QuerySet[StreamRow]:
    rows = StreamRow.objects.using(alias).filter(aggregate="submission")
    return with_person(rows, ADA).order_by("-at", "-stream")[:50]


def windows(alias: str) -> QuerySet[StreamRow]:
    rows = StreamRow.objects.using(alias).filter(aggregate="submission")
    return windows_between(rows, START, START + timedelta(days=3))[:100]


PLANS: dict[str, tuple[Callable[[str], QuerySet[Any, Any]], tuple[str, ...]]] = {
    "the latest cases of who is in most": (latest, ("stream_row_at", "stream_mark")),
    "the windows of a month": (windows, ("stream_row_begins",)),
    "the cases of a person": (
        lambda alias: cases_with(PersonId("person3")).using(alias),
        ("stream_mark",),
    ),
    "entries of a rare kind": (
        lambda alias: (
            LedgerEntry.objects.using(alias)
            .filter(kind="policy.put-in-force")
            .order_by("-index")
            .values_list("index")[:26]
        ),
        ("ledger_entry_kind",),
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_list_is_read_from_its_index(filled: Store, name: str) -> None:
    asked, indexes = PLANS[name]

    plan = asked(filled.alias).explain()

    for index in indexes:
        assert index in plan, plan
    # No table is read from its beginning to its end. PostgreSQL may sort a month's few windows.
    assert "Seq Scan" not in plan, plan
    assert "SCAN stream" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan


def test_marks_are_asked_for_in_a_way_that_sqlite_has_an_index_for(filled: Store) -> None:
    """Spelt otherwise, each question read all marks of a person: seconds with 10,000 cases."""
    if filled.vendor == "sqlite":
        plan = latest(filled.alias).explain()
        assert "value=? AND past=? AND name=?" in plan, plan
