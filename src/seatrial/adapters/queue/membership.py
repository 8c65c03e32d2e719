"""Which workers live: each changes its row; a row that stands still is removed by another.

No wall clock takes part. Whoever looks measures by its own monotonic clock how long a row has
not changed. A worker that cannot change its row ends itself before others may think it dead.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from seatrial.adapters.queue.work_database import WORKERS

BEAT_SECONDS = 2.0
"""Between two changes of a worker's row."""

FENCED_SECONDS = 20.0
"""Without a change a worker ends itself: it may soon be thought dead. Our choice."""

DEAD_SECONDS = 30.0
"""Without a change a worker is thought dead; longer than `FENCED_SECONDS` by several beats."""


@dataclass(slots=True, kw_only=True)
class Membership:
    """One worker among the others.

    fenced: called, from a thread, when the worker must not go on.
    dead: called with the name of each worker whose row this one removed.
    """

    engine: sa.Engine
    executor: str
    fenced: Callable[[str], None]
    dead: Callable[[str], None]
    beat_seconds: float = BEAT_SECONDS
    fenced_seconds: float = FENCED_SECONDS
    dead_seconds: float = DEAD_SECONDS
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _last: float = 0.0

    def join(self) -> None:
        """Enter the worker and begin to beat."""
        with self.engine.begin() as connection:
            connection.execute(sa.insert(WORKERS).values(executor=self.executor, beat=0))
        self._last = time.monotonic()
        for work in (self._keep_beating, self._watch_self):
            threading.Thread(target=work, daemon=True, name=f"membership{work.__name__}").start()

    def leave(self) -> None:
        """End in order: what is unfinished goes to whoever looks next."""
        self._stop.set()
        self._remove(WORKERS.c.executor == self.executor)

    def beat(self) -> bool:
        """Change the own row. False: it is gone, another worker has taken over."""
        with self.engine.begin() as connection:
            changed = connection.execute(
                sa.update(WORKERS)
                .where(WORKERS.c.executor == self.executor)
                .values(beat=WORKERS.c.beat + 1)
            )
            return changed.rowcount == 1

    def bury(self, now: float) -> list[str]:
        """Remove the rows that stood still for too long, each by one worker; name them.

        now: of the monotonic clock, in seconds.
        """
        rows = self._rows()
        rows.pop(self.executor, None)
        self._seen = {name: seen for name, seen in self._seen.items() if name in rows}
        buried: list[str] = []
        for name, beat in rows.items():
            seen, since = self._seen.setdefault(name, (beat, now))
            if seen != beat:
                self._seen[name] = (beat, now)
            elif now - since >= self.dead_seconds and self._remove(
                WORKERS.c.executor == name, WORKERS.c.beat == beat
            ):
                buried.append(name)
        return buried

    def living(self) -> frozenset[str]:
        """Name the workers that have a row."""
        return frozenset(self._rows())

    def _rows(self) -> dict[str, int]:
        with self.engine.connect() as connection:
            found = connection.execute(sa.select(WORKERS.c.executor, WORKERS.c.beat))
            return {name: beat for name, beat in found}  # noqa: C416 - rows, no pairs

    def _remove(self, *which: sa.ColumnElement[bool]) -> bool:
        with self.engine.begin() as connection:
            return connection.execute(sa.delete(WORKERS).where(*which)).rowcount == 1

    def _keep_beating(self) -> None:
        while not self._stop.wait(self.beat_seconds):
            try:
                if not self.beat():
                    self.fenced("another worker took its work over")
                    return
                self._last = time.monotonic()
                for name in self.bury(time.monotonic()):
                    self.dead(name)
            except sa.exc.SQLAlchemyError:
                # The database does not answer; `_watch_self` counts how long.
                continue

    def _watch_self(self) -> None:
        while not self._stop.wait(self.beat_seconds):
            if time.monotonic() - self._last >= self.fenced_seconds:
                self.fenced("the work database did not answer")
                return
