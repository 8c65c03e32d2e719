"""Proof bundles: one case's entries, shown to be in the ledger to somebody who sees no other.

A bundle has the case's entries byte for byte, for each the hashes that lead to a signed head, and
that head. Of other entries it has hashes only.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from seatrial.core.canonical import canonical_json, is_canonical
from seatrial.core.json_text import parse_json
from seatrial.core.ledger.entry import Entry, read_entry
from seatrial.core.ledger.node_list import NodeList
from seatrial.core.ledger.proof import inclusion_proof, verify_inclusion
from seatrial.core.ledger.tree import leaf_hash
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import trust_finding
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, Trusted, read_checkpoint
from seatrial.formats.note_key import VerifierKey, decode, encode

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProvenFields:
    """entry: the leaf as text. proof: hashes in base64, the leaf's sibling first."""

    index: int
    entry: str
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _BundleFields:
    """checkpoint: the signed note as text."""

    v: int
    case: CaseId
    checkpoint: str
    entries: tuple[_ProvenFields, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProof:
    """A bundle in which everything agrees. entries: with their indices, in order."""

    case: CaseId
    entries: tuple[tuple[int, Entry], ...]
    head: SignedCheckpoint
    trusted: Trusted


def prove_case(leaves: Iterable[bytes], head: SignedCheckpoint, case: CaseId) -> bytes:
    """Make a case's bundle.

    leaves: the ledger's, from index 0 on; those beyond the head are not read.
    Raises: BadInputError when the leaves are not the head's, or none is the case's.
    """
    nodes = NodeList()
    found: list[tuple[int, bytes]] = []
    named = b'"case":' + canonical_json(_utf8(case, "The case").decode())
    for index, leaf in zip(range(head.checkpoint.size), leaves, strict=False):
        nodes.append(leaf)
        if named in leaf and read_entry(leaf, place=f"entry {index}").case == case:
            found.append((index, leaf))
    if nodes.tree.size != head.checkpoint.size or nodes.tree.root() != head.checkpoint.root:
        raise BadInputError(
            f"These entries are not those of {head.checkpoint}.",
            "Run `seatrial ledger verify` on the export: it names what disagrees.",
        )
    if not found:
        raise BadInputError(
            f"No entry up to {head.checkpoint.size} is of case {case!r}.",
            "Name the case as the ledger does.",
        )
    fields = _BundleFields(
        v=VERSION,
        case=case,
        checkpoint=head.content().decode(),
        entries=tuple(
            _ProvenFields(
                index=index,
                entry=leaf.decode(),
                proof=tuple(
                    encode(one) for one in inclusion_proof(index, head.checkpoint.size, nodes.read)
                ),
            )
            for index, leaf in found
        ),
    )
    return canonical_json(to_json(fields))


def check_case_proof(
    content: bytes, keys: Collection[VerifierKey], *, place: str, cosignatures: int = 0
) -> CaseProof | Finding:
    """Check a bundle: signers, form and case of each entry, and its way to the head.

    keys: those that the reader trusts. cosignatures: how many trusted witnesses the head needs.
    Returns: what holds, or the first thing that disagrees.
    Raises: BadInputError when it is no bundle.
    """
    fields = from_json(_BundleFields, parse_json(content, place=place), place=place)
    if fields.v != VERSION:
        raise BadInputError(
            f"{place} has form {fields.v}; this software reads form {VERSION}.",
            "Read it with the software that wrote it.",
        )
    if not is_canonical(content, to_json(fields)):
        raise BadInputError(f"{place} is not in canonical form.", "Take the original file.")
    head = read_checkpoint(_utf8(fields.checkpoint, place), place=f"{place}: checkpoint")
    finding = trust_finding(head, keys, "checkpoint")
    if finding is not None:
        return finding
    trusted = head.trust(keys)
    if len(trusted.witnesses) < cosignatures:
        return Finding(
            code="cosignatures",
            where="checkpoint",
            what=f"{len(trusted.witnesses)} trusted witnesses signed; {cosignatures} are asked"
            " for.",
        )
    entries: list[tuple[int, Entry]] = []
    for number, proven in enumerate(fields.entries):
        where = f"{place}: entries[{number}]"
        checked = _check_entry(proven, fields.case, head, where)
        if isinstance(checked, Finding):
            return checked
        if entries and entries[-1][0] >= proven.index:
            return Finding(code="order", where=where, what="It stands after a later entry.")
        entries.append((proven.index, checked))
    if not entries:
        return Finding(code="empty", where=place, what="There is no entry in it.")
    return CaseProof(case=fields.case, entries=tuple(entries), head=head, trusted=trusted)


def _check_entry(
    proven: _ProvenFields, case: CaseId, head: SignedCheckpoint, where: str
) -> Entry | Finding:
    leaf = _utf8(proven.entry, where)
    entry = read_entry(leaf, place=where)
    if entry.case != case:
        return Finding(code="case", where=where, what=f"It is of case {entry.case!r}.")
    proof = tuple(decode(one) or b"" for one in proven.proof)
    if not verify_inclusion(
        leaf_hash(leaf),
        index=proven.index,
        size=head.checkpoint.size,
        root=head.checkpoint.root,
        proof=proof,
    ):
        return Finding(
            code="inclusion",
            where=where,
            what=f"It is not entry {proven.index} of {head.checkpoint}.",
        )
    return entry


def _utf8(text: str, place: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise BadInputError(
            f"{place} has a character that is none.", "Take the original file."
        ) from error
