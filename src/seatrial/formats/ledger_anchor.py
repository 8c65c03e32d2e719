"""May a head be added to those that are anchored already?"""

from collections.abc import Sequence

from seatrial.core.problem import RefusedError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_checkpoint import Checkpoint, SignedCheckpoint
from seatrial.formats.ledger_growth import Growth

_KEEP = "Keep both heads and ask the ledger's keeper: they are not of one history."


def refuse_fork(head: Checkpoint, finding: Finding) -> RefusedError:
    """Say that a ledger, verified against its anchor, does not continue it."""
    return RefusedError(f"Not anchored: {head} does not hold. {finding}", _KEEP)


def check_growth(growth: Growth, anchored: Sequence[SignedCheckpoint]) -> bool:
    """Hold a head, of which the entries are not at hand, against those that are anchored.

    Returns: whether it is known to continue them all; False when it was not shown.
    Raises: RefusedError when it contradicts one, or is older than the latest.
    """
    head = growth.head.checkpoint
    for one in anchored:
        found = one.checkpoint
        if found.origin != head.origin or (found.size == head.size and found.root != head.root):
            raise RefusedError(f"Not anchored: {head} contradicts the anchored {found}.", _KEEP)
    latest = max((one.checkpoint for one in anchored), key=lambda one: one.size, default=None)
    if latest is None or latest.size == 0 or any(one.checkpoint == head for one in anchored):
        return True
    if head.size < latest.size:
        raise RefusedError(
            f"Not anchored: {head} is older than the anchored {latest}.",
            "Give the present head, or an export.",
        )
    if growth.old != latest.size:
        return False
    if not growth.continues(latest):
        raise RefusedError(
            f"Not anchored: the proof does not lead from the anchored {latest} to {head}.", _KEEP
        )
    return True
