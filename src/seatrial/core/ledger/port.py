"""What the ledger offers to faces and workflows, as a protocol."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.ledger.entry import Entry, StreamId
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


class KeyReusedError(BadInputError):
    """An idempotency key came with another command; its sender needs a key of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry in its place. index: of its leaf in the tree. content: the leaf itself."""

    index: int
    entry: Entry
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[S]):
    """What a command led to.

    entries: what it wrote, in order. state: after them. number: the stream's entries so far.
    repeated: True when its idempotency key was known: all this was written back then.
    """

    entries: tuple[Recorded, ...]
    state: S
    number: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """The whole ledger in two numbers. at: of the last entry; None while there is none."""

    size: int
    root: bytes
    at: datetime | None


class Unit(Protocol):
    """Several commands that are written together or not at all."""

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
        """Let the rules decide on a command, and note what it leads to; see `Ledger.handle`."""
        ...

    def state(self, aggregate: Aggregate[S, C, E], stream: StreamId) -> tuple[S, int]:
        """Give a stream's state and number of entries, with what this unit has noted."""
        ...


class Ledger(Protocol):
    """The ledger and its projections. Every method may raise UnavailableError."""

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
        """Let the rules decide on a command and write what it leads to; durable on return.

        expected: the stream's entries when the caller looked; None when it does not matter.
        key: idempotency key. Known already, nothing is written and what was done is given.
        case: whose confidentiality covers the facts.
        The entries' time is the setting's, or the last entry's where that is later.
        Raises: ConflictError when somebody else wrote to the stream; NotPossibleError when the
        command does not fit; KeyReusedError when the key belongs to another command.
        """
        ...

    def unit(self, *, key: str | None = None) -> AbstractContextManager[Unit]:
        """Open a unit: written when the block ends, forgotten when it raises.

        key: of the whole; its commands, in their order, are told apart by a number. Repeated
        with the same key, the same commands in the same order give what was done back then.
        """
        ...

    def state(self, aggregate: Aggregate[S, C, E], stream: StreamId) -> tuple[S, int]:
        """Give a stream's state and its number of entries: the initial one and 0 for none."""
        ...

    def states(
        self, aggregate: Aggregate[S, C, E], streams: Iterable[StreamId]
    ) -> Mapping[StreamId, S]:
        """Give the states of those of some streams that have entries, read at once."""
        ...

    def history(self, stream: StreamId) -> tuple[Recorded, ...]:
        """Give a stream's entries, in order."""
        ...

    def since(self, index: int) -> Iterator[Recorded]:
        """Give the ledger's entries from an index on, in order."""
        ...

    def head(self) -> LedgerHead:
        """Give size and root of what is written."""
        ...

    def root(self, size: int) -> bytes:
        """Give the root that the ledger had at a size. Raises: ValueError beyond the ledger."""
        ...

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Prove that an entry is in the tree of a size. Raises: ValueError beyond the ledger."""
        ...

    def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Prove that one size continues another. Raises: ValueError beyond the ledger."""
        ...
