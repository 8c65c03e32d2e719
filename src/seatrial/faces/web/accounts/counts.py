"""Counts of requests in the minute that runs, shared by all server processes of a portal.

A process takes some requests at a time from the common count and serves them out of its memory:
reading must not write to the disk at each request. So together they never serve more than the
limit; what one has taken and not used, at most one part in `PARTS`, the others miss.
"""

from dataclasses import dataclass, field
from threading import Lock

from django.db import DEFAULT_DB_ALIAS, connections

PARTS = 20
"""Of a limit that a process takes one at a time. Our choice: sixteen writes a minute and process
for who uses a limit of 300 up."""

TAKE = (
    "INSERT INTO request_count (name, minute, taken) VALUES (%s, %s, %s)"
    " ON CONFLICT (name) DO UPDATE SET"
    " taken = CASE WHEN request_count.minute >= excluded.minute"
    " THEN request_count.taken + excluded.taken ELSE excluded.taken END,"
    " minute = CASE WHEN request_count.minute >= excluded.minute"
    " THEN request_count.minute ELSE excluded.minute END"
    " RETURNING taken"
)
"""One statement: of two processes, each sees what the other took. Hosts' clocks may differ."""

FORGET = "DELETE FROM request_count WHERE minute < %s"


@dataclass(slots=True)
class SharedCounts:
    """What this process took of the common counts and has left."""

    minute: int = 0
    left: dict[str, int] = field(default_factory=dict[str, int])
    lock: Lock = field(default_factory=Lock)

    def allows(self, name: str, most: int, minute: int) -> bool:
        """Count one request. minute: that runs, as a number. most: of a minute, at least 1."""
        with self.lock:
            if minute > self.minute:
                self._begin(minute)
            if self.left.get(name, 0) == 0:
                self.left[name] = self._take(name, most)
            if self.left[name] == 0:
                return False
            self.left[name] -= 1
            return True

    def _begin(self, minute: int) -> None:
        """Forget the minutes before: names may be addresses, which nobody needs for longer."""
        self.minute, self.left = minute, {}
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(FORGET, [minute - 1])

    def _take(self, name: str, most: int) -> int:
        """Take a part of what is left of a limit; give how many requests that is."""
        part = max(1, most // PARTS)
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(TAKE, [name, self.minute, part])
            taken = int(cursor.fetchone()[0])
        return max(0, min(part, most - (taken - part)))
