"""Checkpoints of the store: the head signed after its commit, by a key the database never has."""

from collections.abc import Collection, Iterator

from django.db import transaction

from seatrial.adapters.store.columns import as_bytes
from seatrial.adapters.store.ledger import reached
from seatrial.adapters.store.models import LedgerCheckpoint
from seatrial.core.ledger.port import Ledger, LedgerHead
from seatrial.core.ports import Signer
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.formats.ledger_checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    merge_signatures,
    read_checkpoint,
    sign_checkpoint,
)
from seatrial.formats.ledger_witness import signed_by
from seatrial.formats.note_key import VerifierKey


class Checkpoints:
    """The checkpoints kept beside one ledger."""

    def __init__(self, ledger: Ledger, *, alias: str = "default") -> None:
        self._ledger = ledger
        self._held = LedgerCheckpoint.objects.using(alias)
        self._alias = alias

    def sign(self, key: VerifierKey, signer: Signer) -> SignedCheckpoint:
        """Sign the head as it is and keep it. A size that is signed already is given as it is.

        key: the signer's own, named as the ledger's origin.
        Raises: RefusedError when the ledger no longer continues its latest checkpoint.
        """
        head = self._ledger.head()
        latest = self.latest()
        if latest is not None:
            self._check_continues(latest.checkpoint, head)
        signed = sign_checkpoint(head.size, head.root, key, signer)
        same = latest is not None and latest.checkpoint == signed.checkpoint
        if latest is not None and same and signed.note.signatures[0] in latest.note.signatures:
            return latest  # Ed25519 gives the same signature again
        return self.keep(signed)

    def keep(self, signed: SignedCheckpoint) -> SignedCheckpoint:
        """Keep a checkpoint, or add its signatures to those held; give what is held then.

        Raises: BadInputError when another root of that size is held.
        """
        size = signed.checkpoint.size
        with reached(), transaction.atomic(using=self._alias, durable=True):
            row, made = self._held.select_for_update().get_or_create(
                size=size, defaults={"note": signed.content()}
            )
            if made:
                return signed
            merged = merge_signatures(_read(size, row.note), signed)
            self._held.filter(size=size).update(note=merged.content())
        return merged

    def take_in(
        self,
        signed: SignedCheckpoint,
        keys: Collection[VerifierKey],
        witnesses: Collection[VerifierKey],
    ) -> SignedCheckpoint:
        """Add the signatures of witnesses to a checkpoint of this ledger; give what is held then.

        keys: of the ledger. witnesses: whose signatures are taken; those of others are left out.
        Raises: BadInputError when it is not signed by both; RefusedError when the ledger does not
        have this head.
        """
        found, trusted = signed.checkpoint, signed.trust((*keys, *witnesses))
        if trusted.forged:
            raise BadInputError(
                f"A signature under {found} is not by {trusted.forged[0].name}, whom it names.",
                "Take the file as the witness wrote it.",
            )
        if not trusted.ledger:
            raise BadInputError(
                f"No key of this ledger signed {found}.", "Take the file as the witness wrote it."
            )
        if not trusted.witnesses:
            raise BadInputError(
                f"No witness that is known here signed {found}.",
                "Give the witness's key, as it came from the witness, with --witness.",
            )
        head = self._ledger.head()
        if found.size > head.size or self._ledger.root(found.size) != found.root:
            raise RefusedError(
                f"The ledger has {head.size} entries and not the head {found}.",
                "A witness saw what this ledger does not have: find out what was changed or lost.",
            )
        return self.keep(signed_by(signed, (*keys, *witnesses)))

    def latest(self) -> SignedCheckpoint | None:
        """Give the checkpoint of the largest size."""
        with reached():
            row = self._held.order_by("-size").first()
        return None if row is None else _read(row.size, row.note)

    def all(self) -> Iterator[SignedCheckpoint]:
        """Give the checkpoints, smallest first."""
        with reached():
            for row in self._held.order_by("size").iterator():
                yield _read(row.size, row.note)

    def _check_continues(self, held: Checkpoint, head: LedgerHead) -> None:
        if held.size > head.size or self._ledger.root(held.size) != held.root:
            raise RefusedError(
                f"The ledger has {head.size} entries and does not continue its checkpoint {held}.",
                "Find out what was changed or lost: `seatrial ledger replay`; restore a backup.",
            )


def _read(size: int, note: bytes) -> SignedCheckpoint:
    return read_checkpoint(as_bytes(note), place=f"checkpoint of {size}")
