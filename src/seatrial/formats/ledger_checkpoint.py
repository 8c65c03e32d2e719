"""Checkpoints: the signed heads of the ledger's tree.

A checkpoint is a signed note whose text is the ledger's origin, the tree's size and its root.
Source: C2SP tlog-checkpoint 1.0.0. Beyond it: the ledger's key is named exactly as its origin,
and our own checkpoints have no extension lines (others' are kept and signed over).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from seatrial.core.ledger.tree import HASH_BYTES
from seatrial.core.ports import Signer
from seatrial.core.problem import BadInputError
from seatrial.formats.note import (
    Note,
    NoteCheck,
    check_note,
    cosign_text,
    note_bytes,
    notes_chunk,
    read_note,
    read_notes,
    sign_text,
)
from seatrial.formats.note_key import KeyKind, VerifierKey, decode, encode

MAX_SIZE_DIGITS = 18
"""Of a tree's size: below 2**63, far above any ledger."""

_FIXED_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree's head. origin: the ledger's name. size: leaves. root: 32 bytes."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Name the head in a message."""
        return f"{self.origin} at {self.size} entries with root {encode(self.root)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Who vouches for a checkpoint: ledger keys that the reader trusts, and witnesses.

    ledger: keys named as the origin that signed. witnesses: with the latest time each saw it.
    forged: trusted keys that are named and did not sign.
    """

    ledger: tuple[VerifierKey, ...]
    witnesses: tuple[tuple[VerifierKey, datetime], ...]
    forged: tuple[VerifierKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint, and the note that it came as: hostile until `trust` says otherwise."""

    checkpoint: Checkpoint
    note: Note

    def content(self) -> bytes:
        """Give its file."""
        return note_bytes(self.note)

    def chunk(self) -> bytes:
        """Give what it adds to a file of checkpoints."""
        return notes_chunk(self.note)

    def trust(self, keys: Collection[VerifierKey]) -> Trusted:
        """Say who of the trusted keys signed."""
        found: NoteCheck = check_note(self.note, keys)
        witnesses: dict[VerifierKey, datetime] = {}
        for one in found.valid:
            if one.at is not None:
                witnesses[one.key] = max(one.at, witnesses.get(one.key, one.at))
        ledger = {
            one.key
            for one in found.valid
            if one.key.kind is KeyKind.NOTE and one.key.name == self.checkpoint.origin
        }
        return Trusted(
            ledger=tuple(sorted(ledger, key=str)),
            witnesses=tuple(witnesses.items()),
            forged=found.forged,
        )


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Give the text that is signed."""
    lines = (
        checkpoint.origin,
        str(checkpoint.size),
        encode(checkpoint.root),
        *checkpoint.extensions,
    )
    return "".join(f"{line}\n" for line in lines)


def sign_checkpoint(size: int, root: bytes, key: VerifierKey, signer: Signer) -> SignedCheckpoint:
    """Sign a head. key: the signer's own public key, named as the ledger's origin."""
    checkpoint = Checkpoint(origin=key.name, size=size, root=root)
    text = checkpoint_text(checkpoint)
    note = Note(text=text, signatures=(sign_text(text, key, signer),))
    return SignedCheckpoint(checkpoint=checkpoint, note=note)


def cosign_checkpoint(
    signed: SignedCheckpoint, key: VerifierKey, signer: Signer, *, at: datetime
) -> SignedCheckpoint:
    """Add a witness's signature. at: when the witness saw that it continues all it saw before."""
    added = cosign_text(signed.note.text, key, signer, at=at)
    note = replace(signed.note, signatures=(*signed.note.signatures, added))
    return replace(signed, note=note)


def merge_signatures(one: SignedCheckpoint, other: SignedCheckpoint) -> SignedCheckpoint:
    """Bring together the signatures that two copies of one checkpoint have, each once.

    Raises: BadInputError when they are not copies of one.
    """
    if one.note.text != other.note.text:
        raise BadInputError(
            f"These are two checkpoints: {one.checkpoint} and {other.checkpoint}.",
            "Give two copies of one.",
        )
    signatures = tuple(dict.fromkeys((*one.note.signatures, *other.note.signatures)))
    return replace(one, note=replace(one.note, signatures=signatures))


def read_checkpoint(content: bytes, *, place: str) -> SignedCheckpoint:
    """Read a signed checkpoint.

    place: file name, for messages.
    Raises: BadInputError when it is malformed.
    """
    return _of_note(read_note(content, place=place), place)


def read_checkpoints(lines: Iterator[bytes], *, place: str) -> Iterator[SignedCheckpoint]:
    """Read a file of checkpoints, a blank line after each (`SignedCheckpoint.chunk`).

    Raises: BadInputError when one is malformed, or the last is cut short.
    """
    for number, note in enumerate(read_notes(lines, place=place), 1):
        yield _of_note(note, f"{place}, note {number}")


def read_size(text: str) -> int | None:
    """Read a tree's size; None for anything but plain digits without leading zeros."""
    digits = text.isascii() and text.isdigit() and len(text) <= MAX_SIZE_DIGITS
    return int(text) if digits and str(int(text)) == text else None


def _of_note(note: Note, place: str) -> SignedCheckpoint:
    lines = note.text[:-1].split("\n")
    if len(lines) < _FIXED_LINES or "" in lines:
        raise BadInputError(
            f"{place} is no checkpoint: its text must have origin, size and root, each on a line.",
            "Take the original file.",
        )
    origin, size, root, *extensions = lines
    decoded = decode(root)
    if decoded is None or len(decoded) != HASH_BYTES:
        raise BadInputError(
            f"{place}: root {root[:60]!r} is not 32 bytes in base64.", "Take the original file."
        )
    number = read_size(size)
    if number is None:
        raise BadInputError(
            f"{place}: size {size[:60]!r} is not a whole number in plain digits.",
            "Take the original file.",
        )
    checkpoint = Checkpoint(origin=origin, size=number, root=decoded, extensions=tuple(extensions))
    return SignedCheckpoint(checkpoint=checkpoint, note=note)
