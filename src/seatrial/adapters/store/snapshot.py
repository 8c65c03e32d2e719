"""Reading a database as of one moment, while others write to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

BEGIN = {
    # In WAL mode a reader sees the file as it was at its first read, and holds nobody up.
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Let every read of this thread see one moment's state. Nothing may be written."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        # Django's own transactions would take SQLite's write lock.
        cursor.execute(BEGIN[connection.vendor])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
