"""Find secrets in a text: plain, encoded, compressed, moved, reversed, split (R26, R27).

The search works on both sides. The text is decoded in every way known here, again within what was
decoded, and each decoding is reduced to its letters and digits; so marks, line ends, case and
invisible characters hide nothing. And the secret is encoded, for encodings that run on without a
boundary and so cannot be cut out of the text.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import ascii_lowercase

from seatrial.review.rendering.decodings import decodings
from seatrial.review.rendering.letters import plain_letters

LEAST = 8
"""Letters and digits of a secret. Shorter ones occur by chance."""

PIECE = 6
"""Letters and digits of a piece of a split secret: shorter ones occur by chance."""

SHARE = 0.7
"""Of a secret's letters that must be found in pieces, for it to count as told."""

DEPTH = 2
"""Encodings within one another that are undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A secret that a text tells. secret: its name. form: how it was found."""

    secret: str
    form: str


def find_leaks(text: str, secrets: Mapping[str, str]) -> tuple[Leak, ...]:
    """Give every secret that `text` tells, with the first form in which it does.

    secrets: by name. Raises: ValueError for one of fewer than LEAST letters and digits.
    """
    for name, secret in secrets.items():
        if len(plain_letters(secret)) < LEAST:
            raise ValueError(f"the secret {name} is too short to be told from chance")
    views: dict[str, str] = {}  # letters to the form that gave them first
    for form, view in _views(text, "plain", DEPTH):
        views.setdefault(plain_letters(view), form)
    joined = re.sub(r"\s|\\[nrtbf]", "", text)
    found = (
        (name, _form(plain_letters(secret), views) or _running_form(secret, joined))
        for name, secret in secrets.items()
    )
    return tuple(Leak(secret=name, form=form) for name, form in found if form)


def _form(secret: str, views: Mapping[str, str]) -> str | None:
    spellings = tuple(_spellings(secret))
    for view, form in views.items():
        for how, spelling in spellings:
            if spelling in view:
                return f"{form}{how}"
    for view, form in views.items():
        if _told_in_pieces(secret, view):
            return f"{form}, split"
        if _told_in_pieces(secret[::-1], view):
            return f"{form}, split and reversed"
    return None


def _spellings(secret: str) -> Iterator[tuple[str, str]]:
    """Give the secret as it is and under the ciphers that people do in their heads."""
    yield "", secret
    yield ", reversed", secret[::-1]
    if not set(secret) & set(ascii_lowercase):
        return
    for places in range(1, len(ascii_lowercase)):
        moved = ascii_lowercase[places:] + ascii_lowercase[:places]
        yield f", letters moved by {places}", secret.translate(_to(moved))
    yield ", letters mirrored", secret.translate(_to(ascii_lowercase[::-1]))


def _to(letters: str) -> dict[int, int]:
    return str.maketrans(ascii_lowercase, letters)


def _told_in_pieces(secret: str, view: str) -> bool:
    """Tell whether most of the secret stands in the view in pieces, in whatever order."""
    told = [False] * len(secret)
    for start in range(len(secret) - PIECE + 1):
        if secret[start : start + PIECE] in view:
            told[start : start + PIECE] = [True] * PIECE
    return sum(told) >= SHARE * len(secret)


def _views(text: str, form: str, depth: int) -> Iterator[tuple[str, str]]:
    """Give the text and everything that can be decoded from it."""
    yield form, text
    if depth == 0:
        return
    for name, decoded in decodings(text):
        if decoded.strip() and decoded != text:
            yield from _views(decoded, name if form == "plain" else f"{name} in {form}", depth - 1)


def _running_form(secret: str, joined: str) -> str | None:
    """Find the secret encoded in the middle of a longer run."""
    content = secret.encode()
    if content.hex() in joined.lower():
        return "hex"
    standard = joined.replace("-", "+").replace("_", "/")
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + content).decode().rstrip("=")
        # The first and last characters mix with whatever stands beside.
        middle = encoded[(0, 2, 3)[shift] : len(encoded) - 1]
        if len(middle) >= LEAST and middle in standard:
            return "base64"
    return None
