"""When a head is due to be signed: as with every due act, derived from what is there.

Signing waits for nothing that is stored: how far the latest checkpoint reaches, and how old the
first entry beyond it is, say all. A restored ledger or another worker comes to the same answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger import reached
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.adapters.store.models import LedgerEntry
from seatrial.core.ledger.port import Ledger

PAUSE = timedelta(minutes=1)
"""Before a head that could not be signed is due again: its problem is said that often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningTimes:
    """How long entries may lie under no signed head. entries: so many of them; age: of the first.

    Both at least 1 and positive.
    """

    entries: int
    age: timedelta


class CheckpointDuty:
    """Says when the head of one ledger is due to be signed."""

    def __init__(
        self,
        ledger: Ledger,
        checkpoints: Checkpoints,
        keys: LedgerKeys,
        times: SigningTimes,
        *,
        alias: str = "default",
    ) -> None:
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._keys = keys
        self._times = times
        self._alias = alias
        self._covered = 0
        self._asked: tuple[int, datetime] | None = None

    def due(self, now: datetime) -> int | None:
        """Give the size that is due to be signed now; None when none is, or no key is here.

        What it gave and nobody signed is due again after `PAUSE`.
        """
        size = self._ledger.head().size
        # Heads that are signed already need no further look; a restored ledger may be smaller.
        if size == self._covered or not self._has_key():
            return None
        latest = self._checkpoints.latest()
        self._covered = latest.checkpoint.size if latest is not None else 0
        if size == self._covered or not self._is_time(size - self._covered, now):
            return None
        if self._asked is not None:
            covered, at = self._asked
            if covered == self._covered and at <= now < at + PAUSE:
                return None
        self._asked = (self._covered, now)
        return size

    def _has_key(self) -> bool:
        """Say whether heads can be signed here; a key that is kept elsewhere is not replaced."""
        return self._keys.private.exists() or not self._keys.known()

    def _is_time(self, behind: int, now: datetime) -> bool:
        if not 0 < behind < self._times.entries:
            # Fewer entries than the checkpoint has: signing will refuse it, and say so.
            return True
        first = LedgerEntry.objects.using(self._alias).filter(index=self._covered)
        with reached():
            at = first.values_list("at", flat=True).first()
        return at is not None and now - at >= self._times.age
