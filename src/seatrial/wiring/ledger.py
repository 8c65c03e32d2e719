"""The ledger of a data folder, for commands that serve no pages. Django is set up before."""

from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.wiring.portal import the_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLedger:
    """A ledger with its checkpoints and keys."""

    ledger: DatabaseLedger
    checkpoints: Checkpoints
    keys: LedgerKeys


def open_ledger(data: Path) -> OpenLedger:
    """Give the ledger that belongs to a data folder, and to the database in Django's settings."""
    ledger = the_ledger()
    return OpenLedger(
        ledger=ledger, checkpoints=Checkpoints(ledger), keys=LedgerKeys(data / "keys")
    )
