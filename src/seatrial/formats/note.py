"""Signed notes: a text, and lines that say who signed it.

Keys are Ed25519 and sign either the text itself (type 0x01) or, as witnesses, the text with the
time at which they saw it (type 0x04, `cosignature/v1`). Whoever reads a note ignores signatures
by keys it does not know.
Source: C2SP signed-note 1.0.0; C2SP tlog-cosignature 1.0.0, its Ed25519 kind. Beyond them:
base64 has one spelling here, names are of printable characters, and sizes have limits.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from seatrial.core.ports import Signer
from seatrial.core.problem import BadInputError
from seatrial.formats.note_key import (
    ID_BYTES,
    KeyKind,
    VerifierKey,
    decode,
    encode,
    is_key_name,
)

MAX_SIGNATURES = 100
"""As Go's golang.org/x/mod/sumdb/note has it; readers must accept 16."""

MAX_NOTE_BYTES = 1024 * 1024
"""A hundred of the largest signatures in use (ML-DSA-44) are a third of it."""

_MARK = "— "  # an em dash: U+2014
_TIME_BYTES = 8
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One line under a note. name, key_id: say by which key. content: as its kind has it."""

    name: str
    key_id: bytes
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text, ending in a newline, and its signatures: hostile until `check_note` trusts it."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature that holds. at: when a witness made it, whole seconds; None of other keys."""

    key: VerifierKey
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCheck:
    """What the keys that a reader trusts say of a note.

    valid: signatures that hold. forged: trusted keys that a signature names and that did not
    make it; such a note is to be refused. Both empty: signed by nobody that the reader trusts.
    """

    valid: tuple[Signed, ...]
    forged: tuple[VerifierKey, ...]


def sign_text(text: str, key: VerifierKey, signer: Signer) -> NoteSignature:
    """Sign a text as the author of a note.

    key: the signer's own public key, of kind NOTE.
    Raises: BadInputError for a text that no note may have.
    """
    _check_text(text, "The text")
    _check_kind(key, KeyKind.NOTE)
    return NoteSignature(name=key.name, key_id=key.key_id, content=signer.sign(text.encode()))


def cosign_text(text: str, key: VerifierKey, signer: Signer, *, at: datetime) -> NoteSignature:
    """Sign a text as a witness who saw it.

    key: the signer's own public key, of kind COSIGNATURE. at: cut to whole seconds.
    Raises: BadInputError for a text that no note may have.
    """
    _check_text(text, "The text")
    _check_kind(key, KeyKind.COSIGNATURE)
    seconds = int(at.timestamp())
    content = seconds.to_bytes(_TIME_BYTES, "big") + signer.sign(_witnessed(text, seconds))
    return NoteSignature(name=key.name, key_id=key.key_id, content=content)


def note_bytes(note: Note) -> bytes:
    """Give the note's file."""
    lines = [f"{_MARK}{one.name} {encode(one.key_id + one.content)}\n" for one in note.signatures]
    return f"{note.text}\n{''.join(lines)}".encode()


def read_note(content: bytes, *, place: str) -> Note:
    """Read a note.

    place: file name, for messages.
    Raises: BadInputError when it is malformed.
    """
    if len(content) > MAX_NOTE_BYTES:
        raise _malformed(place, f"it has more than {MAX_NOTE_BYTES} bytes")
    try:
        whole = content.decode()
    except UnicodeDecodeError as error:
        raise _malformed(place, "it is not UTF-8") from error
    before, blank, after = whole.rpartition("\n\n")
    if not blank:
        raise _malformed(place, "no blank line parts the text from the signatures")
    text = before + "\n"
    _check_text(text, place)
    if not after.endswith("\n"):
        raise _malformed(place, "it does not end in a signature and a newline")
    lines = after[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed(place, f"it has {len(lines)} signatures; {MAX_SIGNATURES} is the most")
    return Note(text=text, signatures=tuple(_read_line(line, place) for line in lines))


def notes_chunk(note: Note) -> bytes:
    """Give what a note adds to a file of notes that `read_notes` reads."""
    return note_bytes(note) + b"\n"


def check_note(note: Note, keys: Collection[VerifierKey]) -> NoteCheck:
    """Hold a note's signatures against the keys that the reader trusts."""
    known = {(key.name, key.key_id): key for key in keys}
    named = [
        (known[one.name, one.key_id], one)
        for one in note.signatures
        if (one.name, one.key_id) in known
    ]
    checked = [(key, _signed(note.text, key, one.content)) for key, one in named]
    return NoteCheck(
        valid=tuple(signed for _, signed in checked if signed is not None),
        forged=tuple(key for key, signed in checked if signed is None),
    )


def read_notes(lines: Iterator[bytes], *, place: str) -> Iterator[Note]:
    """Read notes that stand one after the other, a blank line after each (`notes_chunk`).

    Only notes whose text has no blank line can stand so. lines: each with its newline.
    Raises: BadInputError when one is malformed, or the last is cut short.
    """
    number, block, blanks = 1, bytearray(), 0
    for line in lines:
        if line == b"\n":
            blanks += 1
        if blanks == 2:  # noqa: PLR2004 - one before the signatures, one after
            yield read_note(bytes(block), place=f"{place}, note {number}")
            number, block, blanks = number + 1, bytearray(), 0
            continue
        block += line
        if len(block) > MAX_NOTE_BYTES:
            break
    if block:
        yield read_note(bytes(block), place=f"{place}, note {number}")


def _read_line(line: str, place: str) -> NoteSignature:
    name, space, coded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space or not is_key_name(name):
        raise _malformed(place, f"{line[:60]!r} is not `— NAME SIGNATURE`")
    content = decode(coded)
    if content is None or len(content) <= ID_BYTES:
        raise _malformed(place, f"the signature by {name} is not plain base64, or too short")
    return NoteSignature(name=name, key_id=content[:ID_BYTES], content=content[ID_BYTES:])


def _signed(text: str, key: VerifierKey, content: bytes) -> Signed | None:
    """Give what the signature says, or None when the key did not make it."""
    if key.kind is KeyKind.NOTE:
        signature, message, at = content, text.encode(), None
    else:
        seconds = int.from_bytes(content[:_TIME_BYTES], "big")
        if seconds > _LATEST.timestamp():
            return None
        signature, message = content[_TIME_BYTES:], _witnessed(text, seconds)
        at = datetime.fromtimestamp(seconds, tz=UTC)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return None
    return Signed(key=key, at=at)


def _witnessed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _check_text(text: str, place: str) -> None:
    if not text.endswith("\n") or len(text) == 1:
        raise _malformed(place, "the text is empty or does not end in a newline")
    if any(char < " " and char != "\n" for char in text):
        raise _malformed(place, "the text has a control character")


def _check_kind(key: VerifierKey, kind: KeyKind) -> None:
    if key.kind is not kind:
        raise ValueError(f"{key.name} is a key of kind {key.kind.name}, not {kind.name}")


def _malformed(place: str, why: str) -> BadInputError:
    return BadInputError(f"{place} is no signed note: {why}.", "Take the original file.")
