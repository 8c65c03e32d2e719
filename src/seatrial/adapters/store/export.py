"""The ledger as an export folder, for auditors."""

from itertools import islice
from pathlib import Path

from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.adapters.tlog.export_folder import write_export
from seatrial.core.ledger.port import Ledger
from seatrial.formats.ledger_checkpoint import SignedCheckpoint


def export_ledger(
    ledger: Ledger, checkpoints: Checkpoints, keys: LedgerKeys, folder: Path
) -> SignedCheckpoint:
    """Sign the head and write everything up to it into a new folder; give that head.

    Raises: BadInputError when the folder is there; RefusedError when the head cannot be signed.
    """
    head = checkpoints.sign(*keys.signer())
    # Others go on writing meanwhile.
    leaves = (one.content for one in islice(ledger.since(0), head.checkpoint.size))
    held = (one for one in checkpoints.all() if one.checkpoint.size <= head.checkpoint.size)
    write_export(folder, leaves, held, (*keys.known(), *keys.witnesses()))
    return head
