"""Verifier keys: what a reader of signed notes must have of each signer it trusts.

Source: C2SP signed-note 1.0.0 (names, key IDs, the text form `NAME+ID+KEY`).
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from seatrial.core.problem import BadInputError

ID_BYTES = 4
_PUBLIC_BYTES = 32


class KeyKind(IntEnum):
    """What a key signs; the standard's signature type."""

    NOTE = 0x01
    """The text: keys of a ledger."""
    COSIGNATURE = 0x04
    """The text and the time it was seen: keys of witnesses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key with a name. name: of a ledger's key, the ledger's origin. public: 32 bytes."""

    name: str
    kind: KeyKind
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes by which signatures name the key, together with its name."""
        hashed = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(hashed).digest()[:ID_BYTES]

    def __str__(self) -> str:
        """Give the text form, `NAME+ID+KEY`."""
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.kind]) + self.public)}"


def key_from_pem(name: str, public_pem: bytes, *, kind: KeyKind = KeyKind.NOTE) -> VerifierKey:
    """Name a public key given as PEM, as `FileSigner.public_pem` has it.

    Raises: BadInputError for a name that no key may have, or another sort of key.
    """
    if not is_key_name(name):
        raise BadInputError(
            f"{name!r} cannot name a key.", "Give a name without spaces and plus signs."
        )
    try:
        key = serialization.load_pem_public_key(public_pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInputError(f"Not a PEM public key ({error}).", "Give an Ed25519 key.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadInputError(f"A {type(key).__name__} signs no notes.", "Give an Ed25519 key.")
    return VerifierKey(name=name, kind=kind, public=key.public_bytes_raw())


def read_key(text: str, *, place: str) -> VerifierKey:
    """Read the text form of a verifier key.

    Raises: BadInputError when it is malformed, of another kind, or its ID is not its key's.
    """
    name, _, rest = text.partition("+")
    named_id, _, coded = rest.partition("+")
    content = decode(coded) or b""
    kinds = [kind for kind in KeyKind if content[:1] == bytes([kind])]
    if not is_key_name(name) or not kinds or len(content) != 1 + _PUBLIC_BYTES:
        raise BadInputError(
            f"{place} is not a verifier key for Ed25519 notes or cosignatures.",
            "Give NAME+ID+KEY as the signer publishes it.",
        )
    key = VerifierKey(name=name, kind=kinds[0], public=content[1:])
    if str(key) != text:
        raise BadInputError(
            f"{place} says that its ID is {named_id!r}; that of its key is {key.key_id.hex()}.",
            "Give the key as the signer publishes it.",
        )
    return key


def read_keys(content: bytes, *, place: str) -> tuple[VerifierKey, ...]:
    """Read a file of verifier keys, one a line; empty lines and those starting with # are left out.

    Raises: BadInputError for a line that is no key, and when there is none.
    """
    keys = tuple(_keys(content, place))
    if not keys:
        raise BadInputError(f"{place} holds no verifier key.", "Give one NAME+ID+KEY a line.")
    return keys


def is_key_name(name: str) -> bool:
    """Say whether a key may have this name: not empty, no space of any sort, no plus."""
    return bool(name) and name.isprintable() and "+" not in name and " " not in name


def encode(content: bytes) -> str:
    """Give standard base64."""
    return base64.b64encode(content).decode("ascii")


def decode(text: str) -> bytes | None:
    """Read standard base64; None for anything that `encode` would spell otherwise."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return content if encode(content) == text else None


def _keys(content: bytes, place: str) -> Iterator[VerifierKey]:
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{place} is not UTF-8.", "Give a file of verifier keys, one NAME+ID+KEY a line."
        ) from error
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            yield read_key(line, place=f"{place} line {number}")
