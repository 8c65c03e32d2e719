"""Growth: a signed head, and the hashes that show that it continues an earlier one.

What somebody needs who keeps heads or signs them as a witness, and who is to see no entry.
Source: C2SP tlog-witness 1.0.0, the body of an `add-checkpoint` request.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.core.ledger.node_list import NodeList
from seatrial.core.ledger.proof import consistency_proof, verify_consistency
from seatrial.core.ledger.tree import HASH_BYTES
from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    read_checkpoint,
    read_size,
)
from seatrial.formats.note_key import decode, encode

MARK = b"old "
"""How the file begins, and no head does in our ledgers: an origin has no space."""

MAX_HASHES = 63
"""As the standard has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A head and its proof. old: size of the earlier tree; 0, without a proof, says nothing."""

    old: int
    proof: tuple[bytes, ...]
    head: SignedCheckpoint

    def continues(self, earlier: Checkpoint) -> bool:
        """Say whether the proof leads from an earlier head to this one."""
        found = self.head.checkpoint
        return (
            earlier.origin == found.origin
            and earlier.size == self.old
            and verify_consistency(
                first=self.old,
                first_root=earlier.root,
                second=found.size,
                second_root=found.root,
                proof=self.proof,
            )
        )


def prove_growth(leaves: Iterable[bytes], head: SignedCheckpoint, old: int) -> Growth:
    """Show that a head continues the tree of the first `old` entries.

    leaves: the ledger's, from index 0 on; those beyond the head are not read.
    Raises: BadInputError when the leaves are not the head's, or old is not in 1..size.
    """
    size = head.checkpoint.size
    if not 0 < old <= size:
        raise BadInputError(
            f"{head.checkpoint} continues no head of {old} entries.",
            f"Give a size from 1 to {size}.",
        )
    nodes = NodeList(leaf for _, leaf in zip(range(size), leaves, strict=False))
    if nodes.tree.size != size or nodes.tree.root() != head.checkpoint.root:
        raise BadInputError(
            f"These entries are not those of {head.checkpoint}.",
            "Run `seatrial ledger verify` on the export: it names what disagrees.",
        )
    return Growth(old=old, proof=consistency_proof(old, size, nodes.read), head=head)


def growth_bytes(growth: Growth) -> bytes:
    """Give the file of a growth."""
    lines = (f"old {growth.old}", *(encode(one) for one in growth.proof), "")
    return "".join(f"{line}\n" for line in lines).encode() + growth.head.content()


def read_growth(content: bytes, *, place: str) -> Growth:
    """Read the file of a growth.

    place: file name, for messages.
    Raises: BadInputError when it is malformed.
    """
    before, _, note = content.partition(b"\n\n")
    first, *coded = before.decode("ascii", "replace").split("\n")
    size = read_size(first.removeprefix(MARK.decode()))
    proof = tuple(decode(one) or b"" for one in coded)
    hashes = len(proof) <= MAX_HASHES and all(len(one) == HASH_BYTES for one in proof)
    if not before.startswith(MARK) or size is None or not hashes:
        raise BadInputError(
            f"{place} is no growth: it must begin with `old SIZE` and hashes, one a line.",
            "Take the original file.",
        )
    return Growth(old=size, proof=proof, head=read_checkpoint(note, place=place))
