"""Canonical JSON and digests: one byte string for one value."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NewType, TypeAlias

import rfc8785

Digest = NewType("Digest", str)
"""`sha256:` and 64 lower-case hexadecimal digits."""

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None


def canonical_json(value: Json) -> bytes:
    """Serialise `value` so that equal values give equal bytes.

    Raises: ValueError for a value JSON cannot hold (NaN, an integer beyond 2**53 - 1).
    Source: RFC 8785 (JCS).
    """
    return rfc8785.dumps(value)


def digest_bytes(content: bytes) -> Digest:
    """Give the SHA-256 digest of `content`."""
    return Digest("sha256:" + hashlib.sha256(content).hexdigest())


def digest_json(value: Json) -> Digest:
    """Give the SHA-256 digest of the canonical form of `value`."""
    return digest_bytes(canonical_json(value))
