"""May a witness sign a head? Only one that continues the last that it signed.

Source: C2SP tlog-witness 1.0.0, what `add-checkpoint` refuses. Beyond it: a ledger that the
witness has signed nothing of yet is begun by a word of the witness's keeper, never by itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from seatrial.core.problem import RefusedError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_checkpoint import Checkpoint, SignedCheckpoint
from seatrial.formats.ledger_growth import Growth
from seatrial.formats.note import check_note
from seatrial.formats.note_key import VerifierKey

_KEEP = "Keep both heads, they are the evidence, and tell the ledger's auditors."


def last_signed(
    kept: Sequence[SignedCheckpoint], key: VerifierKey, *, begin: bool
) -> SignedCheckpoint | None:
    """Give the latest head that a witness kept; None of a ledger that it begins with.

    key: the witness's own. begin: it has signed no head of this ledger yet, says its keeper.
    Raises: RefusedError when what is kept says otherwise.
    """
    for one in kept:
        if one.trust([key]).forged:
            raise RefusedError(
                f"Not signed: {one.checkpoint} is kept here with a signature of {key.name} that is"
                " not its own.",
                "What this witness keeps was altered. Put its own copy back.",
            )
    signed = any(_has_signed(one, key) for one in kept)
    last = max(kept, key=lambda one: one.checkpoint.size, default=None)
    if begin and signed:
        raise RefusedError(
            f"Not signed: {key.name} has signed heads of this ledger before.",
            "Leave --begin out: it would let a history go that was signed.",
        )
    if not begin and not signed:
        raise RefusedError(
            f"Not signed: nothing is kept here that {key.name} has signed of this ledger.",
            "Name the place where this witness keeps its heads. If it has signed none yet, say"
            " so with --begin.",
        )
    if last is not None and not begin and not _has_signed(last, key):
        raise RefusedError(
            f"Not signed: {last.checkpoint} is kept here, and {key.name} has not signed it.",
            "Find out who added it. Keep a witness's heads apart from others.",
        )
    return last


def check_later(head: Checkpoint, last: Checkpoint) -> None:
    """Hold a head against the last that was signed, by what the two say themselves.

    Raises: RefusedError for another ledger, a rollback, or a fork at one size.
    """
    if head.origin != last.origin:
        raise RefusedError(
            f"Not signed: {head} is of another ledger than {last}, which this witness signed last.",
            "Keep the heads of each ledger in a place of their own.",
        )
    if head.size < last.size:
        raise RefusedError(
            f"Not signed: {head} is older than {last}, which this witness signed last.",
            "Ask for the present head. If this is it, the ledger was rolled back: keep both heads,"
            " they are the evidence.",
        )
    if head.size == last.size and head != last:
        raise RefusedError(
            f"Not signed: {head} contradicts {last}, which this witness signed: a fork.", _KEEP
        )


def check_continues(growth: Growth, last: Checkpoint) -> None:
    """Hold a head, of which the entries are not at hand, against the last that was signed.

    Raises: RefusedError, also when nothing shows that it continues that.
    """
    head = growth.head.checkpoint
    check_later(head, last)
    if last.size in (head.size, 0):
        return
    if growth.old != last.size:
        raise RefusedError(
            f"Not signed: nothing shows that {head} continues {last}, which this witness signed"
            " last.",
            "Give an export, or what this writes:"
            f" seatrial ledger growth EXPORT --since {last.size} --out GROWTH",
        )
    if not growth.continues(last):
        raise RefusedError(
            f"Not signed: the proof does not lead from {last}, which this witness signed last, to"
            f" {head}: a fork, or an altered file.",
            _KEEP,
        )


def refuse_export(head: Checkpoint, finding: Finding) -> RefusedError:
    """Say that an export, held against the last head that was signed, does not hold."""
    return RefusedError(f"Not signed: {head} does not hold. {finding}", _KEEP)


def signed_by(signed: SignedCheckpoint, keys: Collection[VerifierKey]) -> SignedCheckpoint:
    """Give a checkpoint with those signatures only that some keys made."""
    made = tuple(
        one
        for one in signed.note.signatures
        if check_note(replace(signed.note, signatures=(one,)), keys).valid
    )
    return replace(signed, note=replace(signed.note, signatures=made))


def _has_signed(signed: SignedCheckpoint, key: VerifierKey) -> bool:
    return bool(signed.trust([key]).witnesses)
