"""The ledger in a database. Implements `core.ledger.port.Ledger`."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    close_old_connections,
    connections,
    transaction,
)

from seatrial.adapters.store.columns import as_bytes
from seatrial.adapters.store.command_queue import CommandQueue, WaitingCommand
from seatrial.adapters.store.models import LedgerEntry, LedgerNode, StreamRow
from seatrial.adapters.store.tables import Tables, recorded
from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.ledger.draft import Draft
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import LedgerHead, Outcome, Recorded
from seatrial.core.ledger.projection import Projection
from seatrial.core.ledger.proof import consistency_proof, inclusion_proof
from seatrial.core.ledger.tree import load_frontier
from seatrial.core.people import CaseId
from seatrial.core.problem import UnavailableError

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")

REMEMBERED_STREAMS = 1000
"""Whose state is kept in memory, so that a command need not read it from text. A guess."""

PAGE = 1000
"""Entries that are read from the database at a time."""


@dataclass(slots=True)
class _States:
    """States that were written, newest last. Owned by whoever holds the ledger's lock."""

    held: OrderedDict[StreamId, tuple[int, object]] = field(default_factory=OrderedDict)

    def get(self, stream: StreamId, number: int) -> object | None:
        """Give a stream's state after `number` entries."""
        found = self.held.get(stream)
        return found[1] if found is not None and found[0] == number else None

    def put(self, stream: StreamId, number: int, state: object) -> None:
        """Keep a state of which the database holds the entries."""
        self.held[stream] = (number, state)
        self.held.move_to_end(stream)
        if len(self.held) > REMEMBERED_STREAMS:
            self.held.popitem(last=False)


class _Written:
    """What a draft finds in the database. Implements `core.ledger.draft.Past`."""

    def __init__(self, tables: Tables, states: _States) -> None:
        self._tables = tables
        self._states = states
        self.keyed = tables.keyed
        self.history = tables.history

    def state(self, projection: Projection[S, C, E], stream: StreamId) -> tuple[S, int]:
        """Give a stream's state and its number of entries."""
        row = self._tables.stream(stream)
        if row is None:
            return projection.aggregate.initial, 0
        number, text = row
        held = self._states.get(stream, number)
        if held is not None:
            return cast("S", held), number
        return projection.read_state(text, place=f"the row of {stream}"), number


class _Unit:
    """Implements `core.ledger.port.Unit`."""

    def __init__(self, draft: Draft, key: str | None) -> None:
        self._draft = draft
        self._key = key
        self._commands = 0

    def handle(
        self,
        aggregate: Aggregate[S, C, E],
        stream: StreamId,
        command: C,
        setting: Setting,
        *,
        expected: int | None = None,
        case: CaseId | None = None,
    ) -> Outcome[S]:
        key = None if self._key is None else f"{self._key}#{self._commands}"
        self._commands += 1
        return self._draft.handle(
            aggregate, stream, command, setting, expected=expected, key=key, case=case
        )

    def state(self, aggregate: Aggregate[S, C, E], stream: StreamId) -> tuple[S, int]:
        return self._draft.state(aggregate, stream)


class DatabaseLedger:
    """The ledger of one database. For any number of threads and processes.

    projections: one for each aggregate it will ever see.
    alias: of the database in Django's settings.
    """

    def __init__(
        self, projections: Iterable[Projection[Any, Any, Any]], *, alias: str = "default"
    ) -> None:
        self.projections = tuple(projections)
        self._projections = {one.aggregate.name: one for one in self.projections}
        self._alias = alias
        self._states = _States()
        self._queue = CommandQueue(self._serve)

    def handle(
        self,
        aggregate: Aggregate[S, C, E],
        stream: StreamId,
        command: C,
        setting: Setting,
        *,
        expected: int | None = None,
        key: str | None = None,
        case: CaseId | None = None,
    ) -> Outcome[S]:
        """Let the rules decide and write what follows; see the port.

        Commands of threads that wait for the database share its next transaction: none is
        acknowledged before it is durable, and one commit serves them all.
        """
        self._refuse_nesting()
        mine = WaitingCommand(
            lambda draft: draft.handle(
                aggregate, stream, command, setting, expected=expected, key=key, case=case
            ),
            stream,
            key,
        )
        return self._queue.handle(mine)

    @contextmanager
    def unit(self, *, key: str | None = None) -> Iterator[_Unit]:
        """Open a unit; see the port. Other rows of this database written in it join in."""
        self._refuse_nesting()
        with self._queue.turn, self._writing() as draft:
            yield _Unit(draft, key)

    def state(self, aggregate: Aggregate[S, C, E], stream: StreamId) -> tuple[S, int]:
        """Give a stream's state and its number of entries, from its row."""
        with reached():
            row = StreamRow.objects.using(self._alias).filter(stream=stream).first()
        if row is None:
            return aggregate.initial, 0
        projection: Projection[S, C, E] = self._projections[aggregate.name]
        return projection.read_state(row.state, place=f"the row of {stream}"), row.number

    def states(
        self, aggregate: Aggregate[S, C, E], streams: Iterable[StreamId]
    ) -> Mapping[StreamId, S]:
        """Give the states of those of some streams that have entries, from their rows."""
        rows = StreamRow.objects.using(self._alias).filter(stream__in=list(streams))
        with reached():
            found = list(rows.values_list("stream", "state"))
        projection: Projection[S, C, E] = self._projections[aggregate.name]
        return {
            StreamId(stream): projection.read_state(text, place=f"the row of {stream}")
            for stream, text in found
        }

    def history(self, stream: StreamId) -> tuple[Recorded, ...]:
        """Give a stream's entries, in order."""
        entries = LedgerEntry.objects.using(self._alias).filter(stream=stream).order_by("number")
        with reached():
            return tuple(recorded(one.index, as_bytes(one.content)) for one in entries)

    def since(self, index: int) -> Iterator[Recorded]:
        """Give the ledger's entries from an index on, in order."""
        entries = LedgerEntry.objects.using(self._alias).order_by("index")
        while True:
            with reached():
                page = list(entries.filter(index__gte=index).values_list("index", "content")[:PAGE])
            if not page:
                return
            for found, content in page:
                yield recorded(found, as_bytes(content))
            index = page[-1][0] + 1

    def head(self) -> LedgerHead:
        """Give size and root of what is written."""
        with reached():
            connection = connections[self._alias]
            connection.ensure_connection()
            with connection.wrap_database_errors:
                return Tables(connection).head()[1]

    def root(self, size: int) -> bytes:
        """Give the root of the tree of a size. Raises: ValueError beyond the ledger."""
        self._within(size)
        with reached():
            return load_frontier(size, self._node).root()

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Prove that an entry is in the tree of a size. Raises: ValueError beyond the ledger."""
        self._within(size)
        with reached():
            return inclusion_proof(index, size, self._node)

    def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Prove that one size continues another. Raises: ValueError beyond the ledger."""
        self._within(second)
        with reached():
            return consistency_proof(first, second, self._node)

    def _node(self, level: int, place: int) -> bytes:
        nodes = LedgerNode.objects.using(self._alias)
        return as_bytes(nodes.values_list("hash", flat=True).get(level=level, place=place))

    def _within(self, size: int) -> None:
        held = self.head().size
        if size > held:
            raise ValueError(f"the ledger has {held} entries, not {size}")

    def _serve(self, commands: Sequence[WaitingCommand]) -> None:
        """Decide on commands, one after the other, and write them with one commit."""
        failed = cast("Any", connections[self._alias]).Database.Error
        with self._writing(commands) as draft:
            for one in commands:
                try:
                    one.outcome = one.run(draft)
                except failed:
                    raise
                except Exception as error:  # noqa: BLE001 - it is this command's; the others go on
                    one.error = error

    @contextmanager
    def _writing(self, served: Sequence[WaitingCommand] = ()) -> Iterator[Draft]:
        """Open a transaction with the head locked; write the draft at the end."""
        streams = list({one.stream for one in served})
        keys = list({one.key for one in served if one.key is not None})
        with reached(), transaction.atomic(using=self._alias, durable=True):
            connection = connections[self._alias]
            with connection.wrap_database_errors:
                tables = Tables(connection)
                frontier, head = tables.lock_head(streams, keys)
                draft = Draft(
                    past=_Written(tables, self._states),
                    projections=self._projections,
                    frontier=frontier,
                    at=head.at,
                )
                yield draft
                tables.write(draft)
        # Only now: a state that was rolled back must not be remembered.
        for stream, changed in draft.changed.items():
            self._states.put(stream, changed.number, changed.state)

    def _refuse_nesting(self) -> None:
        # What is acknowledged must be durable, which inside another transaction it is not yet.
        if connections[self._alias].in_atomic_block:
            raise RuntimeError("the ledger is written in transactions of its own: use unit()")


@contextmanager
def reached() -> Iterator[None]:
    """Turn what the database says into our errors."""
    try:
        yield
    except IntegrityError as error:
        raise UnavailableError(
            f"The ledger's tables contradict each other ({_line(error)}); nothing was written.",
            "Stop the server, run `seatrial ledger replay`, and restore a backup if it finds more.",
        ) from error
    except (OperationalError, InterfaceError, InternalError) as error:
        # A connection that broke is opened anew next time, also where no request begins.
        close_old_connections()
        raise UnavailableError(
            f"The database does not answer ({_line(error)}).",
            "Try again; what was not acknowledged may or may not be written, a key tells.",
        ) from error
    except DatabaseError as error:
        # The data's and the programmer's own errors are subclasses, and no matter of the operator.
        if type(error) is not DatabaseError:
            raise
        raise UnavailableError(
            f"The database is damaged ({_line(error)}).", "Restore a backup into a new folder."
        ) from error


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
