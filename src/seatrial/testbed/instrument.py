"""The port between a sandbox and whoever keeps its journal."""

from collections.abc import Mapping
from typing import Protocol

from seatrial.core.canonical import Json
from seatrial.core.journal_entry import JournalKind


class SandboxJournal(Protocol):
    """The journal of one sandbox. May be called from several threads."""

    def record(self, kind: JournalKind, facts: Mapping[str, Json]) -> None:
        """Append an entry; sequence, time and chaining are the writer's."""
        ...

    def close(self) -> None:
        """Flush and stop. The sandbox's processes have ended by then."""
        ...


class JournalFactory(Protocol):
    """Opens a journal for each sandbox, before its first process starts."""

    def open(self, *, sandbox: str, uid_base: int) -> SandboxJournal:
        """Start the journal of `sandbox`.

        sandbox: the label given to `Testbed.open`, unique within a trial.
        uid_base: the sandbox's processes have host uids in [uid_base, uid_base + 65536);
            this is how events of the kernel are told apart.
        """
        ...


class NullJournalFactory:
    """Keeps no journal: for experiments, image checks and tests."""

    def open(self, *, sandbox: str, uid_base: int) -> SandboxJournal:
        """Give a journal that forgets everything."""
        del sandbox, uid_base
        return _NullJournal()


class _NullJournal:
    def record(self, kind: JournalKind, facts: Mapping[str, Json]) -> None:
        """Forget the entry."""

    def close(self) -> None:
        """Do nothing."""
