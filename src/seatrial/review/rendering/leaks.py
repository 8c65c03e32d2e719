"""Find secrets in a text: plain, encoded, reversed, split (R26, R27).

The search works on both sides. The text is decoded in every way known here, again within what was
decoded, and each decoding is reduced to its letters and digits; so marks, line ends, case and
invisible characters hide nothing. And the secret is encoded, for encodings that run on without a
boundary and so cannot be cut out of the text.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LEAST = 8
"""Letters and digits of a secret. Shorter ones occur by chance."""

PIECE = 6
"""Letters and digits of a piece of a split secret: shorter ones occur by chance."""

SHARE = 0.7
"""Of a secret's letters that must be found in pieces, for it to count as told."""

DEPTH = 2
"""Encodings within one another that are undone."""

_MARKS = re.compile(r"[\W_]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_BASE32 = re.compile(r"[A-Z2-7]{8,}={0,6}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[\s:]?){8,}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")


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
    joined = re.sub(r"\s", "", text)
    found = (
        (name, _form(plain_letters(secret), views) or _running_form(secret, joined))
        for name, secret in secrets.items()
    )
    return tuple(Leak(secret=name, form=form) for name, form in found if form)


def plain_letters(text: str) -> str:
    """Reduce a text to its letters and digits, folded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _MARKS.sub("", folded)


def _form(secret: str, views: Mapping[str, str]) -> str | None:
    for view, form in views.items():
        if secret in view:
            return form
        if secret[::-1] in view:
            return f"{form}, reversed"
    for view, form in views.items():
        if _told_in_pieces(secret, view):
            return f"{form}, split"
        if _told_in_pieces(secret[::-1], view):
            return f"{form}, split and reversed"
    return None


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
    for name, decoded in _decodings(text):
        if decoded.strip() and decoded != text:
            yield from _views(decoded, name if form == "plain" else f"{name} in {form}", depth - 1)


def _decodings(text: str) -> Iterator[tuple[str, str]]:
    yield "percent", _PERCENT.sub(_from_percent, text)
    yield "JSON escapes", _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    yield "HTML", html.unescape(text)
    joined = re.sub(r"[\s\"\\,:]", "", text)
    yield "hex", " ".join(_from_hex(one) for one in _HEX.findall(text))
    for name, source in (("base64", text), ("base64", joined)):
        yield name, " ".join(_from_base64(one) for one in _BASE64.findall(source))
    yield "base32", " ".join(_from_base32(one) for one in _BASE32.findall(text))


def _from_percent(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode(errors="replace")


def _from_hex(run: str) -> str:
    digits = re.sub(r"[\s:]", "", run)
    return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode(errors="replace")


def _from_base64(run: str) -> str:
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    # A run whose length is 1 more than a multiple of 4 is no base64; its start may be.
    plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
    return base64.b64decode(plain + "=" * (-len(plain) % 4)).decode(errors="replace")


def _from_base32(run: str) -> str:
    try:
        plain = run.rstrip("=")
        return base64.b32decode(plain + "=" * (-len(plain) % 8)).decode(errors="replace")
    except binascii.Error:
        return ""


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
