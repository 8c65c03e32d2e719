"""What the ledger's benchmark compares: the ledger, and its bare database writing the same rows.

Django is set up before this is imported.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connections

from seatrial.adapters.store import tables
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.draft import Draft
from seatrial.core.people import Actor, CaseId, PartyId, PersonId
from seatrial.core.sealed.blob import BLOBS, SEALED, Event, Read, Sealed, blob_stream

STREAMS = 50
START = datetime(2026, 6, 2, 14, tzinfo=UTC)
ACTOR = Actor(person=PersonId("p-4b1d0c"), party=PartyId("institute"), by="portal")
CASE = CaseId("2f0c9d7e51")
DIGESTS = [digest_bytes(str(number).encode()) for number in range(STREAMS)]

Rows = list[tuple[str, list[tuple[object, ...]]]]
"""What one transaction writes: statements, and rows for each."""

Write = Callable[[int], None]
"""Does the command of a number, or writes its rows; durable on return."""


def handle(ledger: DatabaseLedger, number: int) -> None:
    """Do one command: each of 50 blobs is sealed first, then read again and again."""
    setting = Setting(at=START + timedelta(milliseconds=number), actor=ACTOR)
    digest = DIGESTS[number % STREAMS]
    event: Event = Read(purpose="integrity review of a trial")
    if number < STREAMS:
        event = Sealed(digest=digest, size=4096, case=CASE, media="application/json")
    key = f"flow/{number}"
    ledger.handle(SEALED, blob_stream(digest), event, setting, case=CASE, key=key)


def recorded_rows(alias: str, count: int) -> list[Rows]:
    """Let the ledger do commands, and keep what each transaction wrote."""
    kept: list[Rows] = []
    original = tables.Tables.write

    def write(self: tables.Tables, draft: Draft) -> None:
        original(self, draft)
        kept.append(
            [(statement, [tuple(r) for r in rows]) for statement, rows in self.writes(draft)]
        )

    ledger = DatabaseLedger([BLOBS], alias=alias)
    setattr(tables.Tables, "write", write)  # noqa: B010 - put back below
    try:
        for number in range(count):
            handle(ledger, number)
    finally:
        setattr(tables.Tables, "write", original)  # noqa: B010 - as above
        connections[alias].close()
    return kept


@contextmanager
def bare_sqlite(path: str, rows: list[Rows]) -> Iterator[Write]:
    """Open the driver and nothing else."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")

    def write(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in rows[number]:
            connection.executemany(statement, values)
        connection.execute("COMMIT")

    yield write
    connection.close()


@contextmanager
def bare_postgres(url: str, rows: list[Rows]) -> Iterator[Write]:
    """Open the driver, its statements prepared."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:

        def write(number: int) -> None:
            cursor.execute("BEGIN")
            for statement, values in rows[number]:
                for row in values:
                    cursor.execute(statement.replace("?", "%s").encode(), row, prepare=True)
            cursor.execute("COMMIT")

        yield write


@contextmanager
def whole_ledger(ledger: DatabaseLedger) -> Iterator[Write]:
    """Use the ledger as the portal does."""
    yield lambda number: handle(ledger, number)
    connections.close_all()
    sys.stdout.flush()
