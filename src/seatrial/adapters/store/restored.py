"""Is a restored ledger whole, and is it the latest that anyone outside has seen?"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.replay import replay
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.formats.ledger_checkpoint import Checkpoint, SignedCheckpoint
from seatrial.formats.note_key import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A restored ledger that holds together. missing: entries that an anchor saw and it lacks."""

    entries: int
    missing: int


def check_restored(
    ledger: DatabaseLedger,
    head: SignedCheckpoint,
    keys: Collection[VerifierKey],
    anchors: Iterable[SignedCheckpoint] = (),
    *,
    alias: str = "default",
) -> Restored:
    """Replay a restored ledger, and hold it against its backup's head and anchored heads.

    keys: that the operator trusts; those in the backup are no proof of themselves.
    Raises: RefusedError when it differs; BadInputError when nobody trusted signed the head.
    """
    anchors = tuple(anchors)
    for one, what in ((head, "backup's"), *((one, "anchored") for one in anchors)):
        trusted = one.trust(keys)
        if not trusted.ledger or trusted.forged:
            raise BadInputError(
                f"No key you trust signed the {what} head {one.checkpoint}.",
                "Give the ledger's keys, old ones too, as auditors have them, with --key.",
            )
    found = replay(ledger.projections, alias=alias)
    if found.differences:
        raise RefusedError(
            f"The restored ledger does not hold together: {found.differences[0]}.",
            "Take another backup.",
        )
    _check_continues(ledger, head.checkpoint, found.entries)
    newest = found.entries
    for anchored in anchors:
        if anchored.checkpoint.size <= found.entries:
            _check_continues(ledger, anchored.checkpoint, found.entries)
        newest = max(newest, anchored.checkpoint.size)
    return Restored(entries=found.entries, missing=newest - found.entries)


def _check_continues(ledger: DatabaseLedger, held: Checkpoint, entries: int) -> None:
    if held.size > entries or ledger.root(held.size) != held.root:
        raise RefusedError(
            f"The restored ledger of {entries} entries does not continue {held}.",
            "Take another backup, and find out what changed this one.",
        )
