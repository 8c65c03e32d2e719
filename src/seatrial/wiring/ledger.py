"""The ledger of a data folder, for commands that serve no pages. Django is set up before."""

import os
from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.blobs.blob_folder import BlobFolder
from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.blobs.sealing import SealedBlobs
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.wiring.portal import the_ledger

OPERATOR_KEY = "SEATRIAL_OPERATOR_KEY"
"""Environment variable that names the operator's key file; without it, one in the data folder."""


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


def open_custody(data: Path) -> Custody:
    """Give the custody of a data folder's case keys."""
    operator = os.environ.get(OPERATOR_KEY) or data / "keys" / "operator.txt"
    return Custody(data / "custody", Path(operator))


def sealed_blobs(data: Path) -> SealedBlobs:
    """Give the sealed blobs of a data folder."""
    return SealedBlobs(the_ledger(), BlobFolder(data / "blobs"), open_custody(data))
