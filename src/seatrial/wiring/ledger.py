"""The ledger of a data folder, for commands that serve no pages. Django is set up before."""

from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.data_folder import DataFolder, data_folder
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.wiring.portal import the_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLedger:
    """A ledger with what belongs to it."""

    data: DataFolder
    ledger: DatabaseLedger
    checkpoints: Checkpoints
    keys: LedgerKeys
    custody: Custody


def open_ledger(path: Path) -> OpenLedger:
    """Give the ledger that belongs to a data folder, and to the database in Django's settings."""
    ledger, data = the_ledger(), data_folder(path)
    return OpenLedger(
        data=data,
        ledger=ledger,
        checkpoints=Checkpoints(ledger),
        keys=LedgerKeys(data.ledger_keys),
        custody=Custody(data.case_keys, data.operator_key),
    )
