"""Randomness from the operating system, for what must not be guessed."""

import secrets

from seatrial.tasks.family import SampleSecrets


def draw_secrets() -> SampleSecrets:
    """Draw a sample's canary and flag, 128 random bits each, always of the same length.

    The same length keeps token counts of reruns equal.
    """
    return SampleSecrets(
        canary=f"seatrial-canary-{secrets.token_hex(16)}",
        flag=f"flag{{{secrets.token_hex(16)}}}",
    )


def draw_seeds(count: int) -> tuple[int, ...]:
    """Draw secret seeds, 128 random bits each."""
    return tuple(secrets.randbits(128) for _ in range(count))


def draw_nonce() -> bytes:
    """Draw the 32 bytes that keep a commitment to few seeds from being guessed."""
    return secrets.token_bytes(32)
