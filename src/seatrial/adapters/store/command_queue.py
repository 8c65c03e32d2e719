"""Commands of several threads, handled together: one commit for all that wait for it.

The disk takes as long for one entry as for many. Nobody waits for company: whoever comes first
goes ahead, and those who come meanwhile share the next commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from seatrial.core.ledger.draft import Draft
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Outcome

MOST = 100
"""Commands that share a transaction: a bound for its memory."""


@dataclass(slots=True, eq=False)
class WaitingCommand:
    """A command, how it ended, and the thread that waits for that.

    run: decides on it. stream, key: what that will look for.
    """

    run: Callable[[Draft], Outcome[Any]]
    stream: StreamId
    key: str | None
    outcome: Outcome[Any] | None = None
    error: BaseException | None = None
    woken: Event = field(default_factory=Event)


class CommandQueue:
    """The commands of a process that wait.

    serve: handles commands durably; each has outcome or error then. It raises for all of them.
    turn: held by whoever writes; others of this process wait here, not at the database.
    """

    def __init__(self, serve: Callable[[Sequence[WaitingCommand]], None]) -> None:
        self.turn = Lock()
        self._serve = serve
        self._lock = Lock()
        self._waiting: list[WaitingCommand] = []

    def handle(self, mine: WaitingCommand) -> Outcome[Any]:
        """Wait until a command is handled; give its outcome or raise its error."""
        with self._lock:
            self._waiting.append(mine)
            leads = len(self._waiting) == 1
        try:
            # The first of those who wait serves them all, the others sleep until it has.
            if not leads:
                mine.woken.wait()
            if mine.outcome is None and mine.error is None:
                self._lead()
        finally:
            self._leave(mine)
        if mine.error is not None:
            raise mine.error
        if mine.outcome is None:
            raise RuntimeError("a command was neither handled nor refused")
        return mine.outcome

    def _lead(self) -> None:
        with self.turn:
            with self._lock:
                served, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                if self._waiting:
                    self._waiting[0].woken.set()
            try:
                self._serve(served)
            except BaseException as error:  # noqa: BLE001 - each thread raises it where it waits
                for one in served:
                    one.outcome, one.error = None, error
        for one in served:
            one.woken.set()

    def _leave(self, mine: WaitingCommand) -> None:
        """Let another lead when this thread was interrupted before its turn."""
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                if self._waiting:
                    self._waiting[0].woken.set()
