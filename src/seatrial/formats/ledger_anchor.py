"""May a head be added to those that are anchored already?"""

from collections.abc import Sequence

from seatrial.core.problem import RefusedError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_checkpoint import Checkpoint, SignedCheckpoint

_KEEP = "Keep both heads and ask the ledger's keeper; they cannot both be of one history."


def refuse_fork(head: Checkpoint, finding: Finding) -> RefusedError:
    """Say that a ledger, verified against its anchor, does not continue it."""
    return RefusedError(f"Not anchored: {head} does not hold. {finding}", _KEEP)


def check_bare_head(head: Checkpoint, anchored: Sequence[SignedCheckpoint]) -> bool:
    """Hold a head, of which the entries are not at hand, against those that are anchored.

    Returns: whether it is known to continue them all; False when only its entries could show it.
    Raises: RefusedError when it contradicts one, or is older than the latest.
    """
    for one in anchored:
        found = one.checkpoint
        if found.origin != head.origin or (found.size == head.size and found.root != head.root):
            raise RefusedError(f"Not anchored: {head} contradicts the anchored {found}.", _KEEP)
    sizes = [one.checkpoint.size for one in anchored]
    if head.size in sizes:
        return True
    if sizes and head.size < max(sizes):
        raise RefusedError(
            f"Not anchored: {head} is older than an anchored head of {max(sizes)} entries.",
            "Give the present head, or an export.",
        )
    return not any(sizes)
