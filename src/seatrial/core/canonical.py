"""Canonical JSON and digests: one byte string for one value."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import NewType, TypeAlias

import rfc8785

Digest = NewType("Digest", str)
"""`sha256:` and 64 lower-case hexadecimal digits."""

_NUMBER = rb"-?[0-9](?:[0-9]*[.eE]|[0-9]{15})"
_ODD_NUMBERS = (re.compile(rb'":' + _NUMBER), re.compile(rb"[,\[]" + _NUMBER))
"""Numbers that Python's own JSON spells otherwise than RFC 8785, or may: fractions, exponents,
integers of 16 digits. Finds too much (inside text), never too little. Two, for speed."""

_ODD_CHARACTER = re.compile(rb"[\xee-\xff]")
"""U+E000 and above, in UTF-8: Python sorts them by another rule."""

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None


def canonical_json(value: Json) -> bytes:
    """Serialise `value` so that equal values give equal bytes.

    Raises: ValueError for a value JSON cannot hold (NaN, an integer beyond 2**53 - 1).
    Source: RFC 8785 (JCS).
    """
    plain = _plain_json(value)
    # Six times as fast, and the same for nearly all there is.
    return plain if plain is not None and _is_plain(plain) else rfc8785.dumps(value)


def is_canonical(content: bytes, value: Json) -> bool:
    """Say whether `content`, which parses to `value`, is its canonical form.

    As `canonical_json(value) == content`, six times as fast for nearly all there is; False where
    that would raise.
    """
    if _is_plain(content):
        return _plain_json(value) == content
    try:
        return canonical_json(value) == content
    except (ValueError, RecursionError):
        return False


def digest_bytes(content: bytes) -> Digest:
    """Give the SHA-256 digest of `content`."""
    return Digest("sha256:" + hashlib.sha256(content).hexdigest())


def digest_json(value: Json) -> Digest:
    """Give the SHA-256 digest of the canonical form of `value`."""
    return digest_bytes(canonical_json(value))


def _is_plain(content: bytes) -> bool:
    """Say whether Python's own JSON spells this as RFC 8785 does.

    content: what Python made, or what is to be held against that.
    """
    return (
        content[:1] in (b"{", b"[")
        and not any(pattern.search(content) for pattern in _ODD_NUMBERS)
        and (content.isascii() or not _ODD_CHARACTER.search(content))
    )


def _plain_json(value: Json) -> bytes | None:
    try:
        return _ENCODER.encode(value).encode()
    except (TypeError, ValueError, RecursionError):
        return None
