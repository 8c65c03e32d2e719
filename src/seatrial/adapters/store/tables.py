"""The store's tables in SQL: what one append reads and writes.

Straight to the driver: Django's query builder costs more than the database does here. Statements
are spelt for SQLite; PostgreSQL's differ in the placeholder and in the lock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper

from seatrial.adapters.store.columns import as_bytes
from seatrial.core.ledger.draft import Changed, Draft
from seatrial.core.ledger.entry import StreamId, read_entry
from seatrial.core.ledger.port import LedgerHead, Recorded
from seatrial.core.ledger.tree import HASH_BYTES, Frontier
from seatrial.core.moment import read_moment, show_moment

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")

HEAD = "SELECT size, root, peaks, at FROM ledger_head WHERE id = 1"
MOVE_HEAD = "UPDATE ledger_head SET size = ?, root = ?, peaks = ?, at = ? WHERE id = 1"
STREAM = "SELECT number, state FROM stream_row WHERE stream = ?"
KEYED = "SELECT stream FROM ledger_entry WHERE key = ?"
STREAMS = "SELECT stream, number, state FROM stream_row WHERE stream = ANY(%s)"
KEYS = "SELECT key, stream FROM ledger_entry WHERE key = ANY(%s)"
HISTORY = 'SELECT "index", content FROM ledger_entry WHERE stream = ? ORDER BY number'
ADD_ENTRY = (
    'INSERT INTO ledger_entry ("index", stream, number, kind, at, "case", key, content)'
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_NODE = "INSERT INTO ledger_node (level, place, hash) VALUES (?, ?, ?)"
ROW = (
    *("stream", "aggregate", "number", "at", "state", "stage", "party", "case", "title"),
    *("begins", "ends"),
)
MOMENTS = frozenset({"at", "begins", "ends"})
MARK = ("aggregate", "value", "past", "name", "sort")
PUT_STREAM = (
    "INSERT INTO stream_row ("  # noqa: S608 - the names are ours
    + ", ".join(f'"{name}"' for name in ROW)
    + ")"
    " VALUES ("
    + ", ".join("?" for _ in ROW)
    + ") ON CONFLICT (stream) DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in ROW[2:])
)

DROP_MARKS = "DELETE FROM stream_mark WHERE aggregate = ? AND name = ?"
ADD_MARK = (
    "INSERT INTO stream_mark ("  # noqa: S608 - the names are ours
    + ", ".join(f'"{name}"' for name in MARK)
    + ") VALUES (?, ?, ?, ?, ?)"
)


class Tables:
    """The tables over one connection, inside a transaction that its caller opened."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._postgres = connection.vendor == "postgresql"
        self._cursor = _driver_cursor(connection)
        self._streams: dict[str, tuple[int, str] | None] = {}
        self._keys: dict[str, StreamId | None] = {}

    def lock_head(
        self, streams: Sequence[StreamId] = (), keys: Sequence[str] = ()
    ) -> tuple[Frontier, LedgerHead]:
        """Read the head and keep every other writer out until the transaction ends.

        streams, keys: that will be asked for, read with it where that spares round trips.
        """
        if not self._postgres:
            # SQLite's BEGIN IMMEDIATE has locked the whole file already.
            return self.head()
        by_stream, by_key = _driver_cursor(self._connection), _driver_cursor(self._connection)
        # Sent at once, done one after the other: the rows are those after the lock.
        with self._cursor.connection.pipeline():
            self._run(HEAD + " FOR UPDATE")
            by_stream.execute(STREAMS, (list(streams),), prepare=True)
            by_key.execute(KEYS, (list(keys),), prepare=True)
        self._streams = dict.fromkeys(streams)
        self._streams |= {stream: (number, text) for stream, number, text in by_stream}
        self._keys = dict.fromkeys(keys)
        self._keys |= {key: StreamId(stream) for key, stream in by_key}
        return self._head()

    def head(self) -> tuple[Frontier, LedgerHead]:
        """Read the head."""
        self._run(HEAD)
        return self._head()

    def _head(self) -> tuple[Frontier, LedgerHead]:
        size, root, peaks, at = self._cursor.fetchone()
        hashes = as_bytes(peaks)
        frontier = Frontier(
            size=size,
            peaks=tuple(hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)),
        )
        head = LedgerHead(size=size, root=as_bytes(root), at=read_moment(at) if at else None)
        return frontier, head

    def stream(self, stream: StreamId) -> tuple[int, str] | None:
        """Give a stream's number of entries and its state's text."""
        if stream in self._streams:
            return self._streams[stream]
        self._run(STREAM, (stream,))
        found: tuple[int, str] | None = self._cursor.fetchone()
        return found

    def keyed(self, key: str) -> StreamId | None:
        """Give the stream that has the entry with an idempotency key."""
        if key in self._keys:
            return self._keys[key]
        self._run(KEYED, (key,))
        found = self._cursor.fetchone()
        return StreamId(found[0]) if found else None

    def history(self, stream: StreamId) -> tuple[Recorded, ...]:
        """Give a stream's entries, in order."""
        self._run(HISTORY, (stream,))
        return tuple(
            recorded(index, as_bytes(content)) for index, content in self._cursor.fetchall()
        )

    def write(self, draft: Draft) -> None:
        """Write all that a draft holds."""
        writes = self.writes(draft)
        if not self._postgres:
            for statement, rows in writes:
                self._cursor.executemany(statement, rows)
            return
        # All in one round trip.
        with self._cursor.connection.pipeline():
            for statement, rows in writes:
                for one in rows:
                    self._run(statement, one)

    def writes(self, draft: Draft) -> tuple[tuple[str, Sequence[Sequence[object]]], ...]:
        """Give what a draft writes: statements, and rows for each."""
        if draft.at is None or not draft.entries:
            return ()
        end = draft.frontier
        head = (end.size, end.root(), b"".join(end.peaks), show_moment(draft.at))
        return (
            (ADD_ENTRY, [self._entry(one) for one in draft.entries]),
            (ADD_NODE, [(node.level, node.place, node.hash) for node in draft.nodes]),
            (PUT_STREAM, [self._row(*changed) for changed in draft.changed.items()]),
            *self._marks(draft.changed),
            (MOVE_HEAD, [head]),
        )

    def _row(self, stream: StreamId, changed: Changed) -> tuple[object, ...]:
        adapt = self._connection.ops.adapt_datetimefield_value
        values = row_values(stream, changed)
        return tuple(adapt(values[name]) if name in MOMENTS else values[name] for name in ROW)

    @staticmethod
    def _marks(
        changed: Mapping[StreamId, Changed],
    ) -> tuple[tuple[str, Sequence[Sequence[object]]], ...]:
        """Give what writes the marks anew of those streams whose marks changed: mostly nothing."""
        remarked = {stream: one for stream, one in changed.items() if one.remarked}
        if not remarked:
            return ()
        rows = [tuple(row.values()) for one in remarked.items() for row in mark_values(*one)]
        return (
            (DROP_MARKS, [stream.split("/", 1) for stream in remarked]),
            (ADD_MARK, rows),
        )

    def _entry(self, one: Recorded) -> tuple[object, ...]:
        entry = one.entry
        at = self._connection.ops.adapt_datetimefield_value(entry.at)
        where = (one.index, entry.stream, entry.number, entry.kind, at)
        return (*where, entry.case, entry.key, one.content)

    def _run(self, statement: str, values: Iterable[object] = ()) -> None:
        if self._postgres:
            self._cursor.execute(statement.replace("?", "%s"), values, prepare=True)
        else:
            self._cursor.execute(statement, values)


def row_values(stream: StreamId, changed: Changed) -> dict[str, Any]:
    """Give a stream's row, a value for each of `ROW`."""
    columns = changed.columns
    return {
        "stream": stream,
        "aggregate": changed.aggregate,
        "number": changed.number,
        "at": changed.at,
        "state": changed.text,
        "stage": columns.stage,
        "party": columns.party,
        "case": columns.case,
        # PostgreSQL holds no NUL in a text.
        "title": columns.title.replace("\0", ""),
        "begins": columns.begins,
        "ends": columns.ends,
    }


def mark_values(stream: StreamId, changed: Changed) -> Iterator[dict[str, Any]]:
    """Give a stream's marks, in each a value for each of `MARK`, in that order."""
    aggregate, name = stream.split("/", 1)
    for mark in changed.columns.marks:
        yield {
            "aggregate": aggregate,
            "value": mark.value,
            "past": mark.past,
            "name": name,
            "sort": mark.sort,
        }


def recorded(index: int, content: bytes) -> Recorded:
    """Read an entry where it stands. Raises: BadInputError when it is none."""
    entry = read_entry(content, place=f"ledger entry {index}")
    return Recorded(index=index, entry=entry, content=content)


def _driver_cursor(connection: BaseDatabaseWrapper) -> Any:
    if connection.vendor == "postgresql":
        from psycopg import Cursor  # noqa: PLC0415 - not installed where SQLite is all there is

        return Cursor(connection.connection)
    return connection.connection.cursor()
