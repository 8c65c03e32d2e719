"""A small ledger without a database: entries, signed heads, a witness, exports of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatrial.adapters.keys import FileSigner
from seatrial.adapters.tlog.export_folder import write_export
from seatrial.core.ledger.entry import Entry, StreamId, entry_bytes
from seatrial.core.ledger.tree import Frontier, leaf_hash
from seatrial.core.people import Actor, CaseId, PersonId
from seatrial.formats.ledger_checkpoint import (
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from seatrial.formats.note_key import KeyKind, key_from_pem

ORIGIN = "seatrial.example/ledger"
START = datetime(2026, 6, 2, 14, 0, 0, 5000, tzinfo=UTC)


def signer_of(number: int) -> FileSigner:
    """A key that is the same in every run."""
    return FileSigner(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


SIGNER, WITNESS_SIGNER, STRANGER = signer_of(1), signer_of(2), signer_of(3)
KEY = key_from_pem(ORIGIN, SIGNER.public_pem)
WITNESS = key_from_pem("witness.example", WITNESS_SIGNER.public_pem, kind=KeyKind.COSIGNATURE)
STRANGER_KEY = key_from_pem(ORIGIN, STRANGER.public_pem)


def entry(index: int, *, cases: int = 3) -> Entry:
    """Entry `index`: the cases take turns; every second entry has an idempotency key."""
    case = index % cases
    number = index // cases
    return Entry(
        stream=StreamId(f"submission/case-{case}"),
        number=number,
        kind="submission.noted" if number else "submission.opened",
        at=START + timedelta(milliseconds=index // 2),
        actor=Actor(person=PersonId("p1"), party=None, by="portal"),
        case=CaseId(f"case-{case}"),
        key=f"workflow/{index}" if index % 2 else None,
        facts={"what": f"fact {index}", "digest": "sha256:" + "0" * 64},
    )


def tree_of(leaves: list[bytes]) -> Frontier:
    """The tree over some leaves."""
    tree = Frontier()
    for leaf in leaves:
        tree, _ = tree.append(leaf_hash(leaf))
    return tree


def head_of(leaves: list[bytes], size: int | None = None) -> SignedCheckpoint:
    """A signed head over the first leaves, or all of them."""
    tree = tree_of(leaves[:size])
    return sign_checkpoint(tree.size, tree.root(), KEY, SIGNER)


def witnessed(head: SignedCheckpoint) -> SignedCheckpoint:
    """The head with a witness's signature."""
    return cosign_checkpoint(head, WITNESS, WITNESS_SIGNER, at=START + timedelta(days=1))


LEAVES = [entry_bytes(entry(index)) for index in range(10)]


class MadeUpLedger:
    """Leaves and heads, as an export has them; tests change either."""

    def __init__(self, size: int = 10, heads: tuple[int, ...] = (0, 4, 7, 10)) -> None:
        self.leaves = [entry_bytes(entry(index)) for index in range(size)]
        self.heads = [head_of(self.leaves, one) for one in heads]
        if self.heads:
            self.heads[-1] = witnessed(self.heads[-1])

    def change(self, index: int, **changes: object) -> None:
        """Replace an entry by one that differs, in canonical form."""
        changed = replace(entry(index), **changes)  # type: ignore[arg-type]  # fields of Entry
        self.leaves[index] = entry_bytes(changed)

    def sign_again(self) -> None:
        """Sign all heads anew, over the leaves as they are now: a keeper who lies."""
        self.heads = [witnessed(head_of(self.leaves, one.checkpoint.size)) for one in self.heads]

    def export(self, folder: Path) -> Path:
        """Write it as an auditor gets it."""
        write_export(folder, self.leaves, self.heads, [KEY, WITNESS])
        return folder
