"""DSSE envelopes: bytes with a type, and signatures over both.

Source: Dead Simple Signing Envelope 1.0; keys are Ed25519 and named by the SHA-256 of their
DER form. Beyond it: an envelope has one spelling (RFC 8785), so that no changed byte of the
file goes unseen.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.dsse import Envelope

from seatrial.core.canonical import canonical_json, is_canonical
from seatrial.core.json_text import parse_json
from seatrial.core.ports import Signer
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json


class Trust(StrEnum):
    """Whose signature an envelope has."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    """Signed by no key that the verifier trusts: says nothing of who made it."""
    FORGED = "forged"
    """Names a trusted key, and that key did not sign these bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A parsed envelope. keyids: of its signatures. payload: hostile unless trusted."""

    payload: bytes
    payload_type: str
    keyids: tuple[str, ...]
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignatureFields:
    keyid: str
    sig: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _EnvelopeFields:
    payload: str
    payloadType: str  # noqa: N815 - the standard's name
    signatures: tuple[_SignatureFields, ...]


def sign_envelope(payload: bytes, payload_type: str, signer: Signer) -> bytes:
    """Sign `payload` and give the envelope's canonical JSON."""
    signature = signer.sign(_signed_bytes(payload, payload_type))
    return _envelope_bytes(
        _EnvelopeFields(
            payload=_encode(payload),
            payloadType=payload_type,
            signatures=(_SignatureFields(keyid=signer.keyid, sig=_encode(signature)),),
        )
    )


def open_envelope(
    content: bytes, trusted_keys: Mapping[str, Ed25519PublicKey], *, place: str
) -> Opened:
    """Parse an envelope and say whether a trusted key signed it.

    trusted_keys: key id to key. place: file name, for messages.
    Raises: BadInputError when it is no envelope in canonical form, or has no signature.
    """
    fields = from_json(_EnvelopeFields, parse_json(content, place=place), place=place)
    payload = _decode(fields.payload, f"{place}: payload")
    signatures = {
        one.keyid: _decode(one.sig, f"{place}: signatures[{index}].sig")
        for index, one in enumerate(fields.signatures)
    }
    if not signatures or len(signatures) != len(fields.signatures):
        raise BadInputError(
            f"{place} has no signature, or two by one key.", "Take the original file."
        )
    if not is_canonical(content, to_json(fields)):
        raise BadInputError(f"{place} is not in canonical form.", "Take the original file.")
    return Opened(
        payload=payload,
        payload_type=fields.payloadType,
        keyids=tuple(signatures),
        trust=_trust(signatures, _signed_bytes(payload, fields.payloadType), trusted_keys),
    )


def _trust(
    signatures: Mapping[str, bytes], signed: bytes, trusted_keys: Mapping[str, Ed25519PublicKey]
) -> Trust:
    named = [keyid for keyid in signatures if keyid in trusted_keys]
    for keyid in named:
        try:
            trusted_keys[keyid].verify(signatures[keyid], signed)
        except InvalidSignature:
            return Trust.FORGED
    return Trust.TRUSTED if named else Trust.UNKNOWN


def _signed_bytes(payload: bytes, payload_type: str) -> bytes:
    return Envelope(payload, payload_type, {}).pae()


def _envelope_bytes(fields: _EnvelopeFields) -> bytes:
    return canonical_json(to_json(fields))


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _decode(text: str, place: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadInputError(f"{place} is not base64: {error}.", "Take the original.") from error
    # Base64 leaves unused bits at its end: one content must have one spelling.
    if _encode(content) != text:
        raise BadInputError(f"{place} is not plain base64.", "Take the original file.")
    return content
