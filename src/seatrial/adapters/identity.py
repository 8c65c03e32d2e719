"""Identities: names nobody has had before."""

import uuid


def fresh_id() -> str:
    """Draw 122 random bits as 32 hexadecimal digits."""
    return uuid.uuid4().hex
