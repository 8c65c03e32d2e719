"""Letters that are pictures of Latin ones: in a frame, small capitals; marks between letters."""

import re
import unicodedata
from functools import cache

_NAMED = re.compile(r"(?:LETTER SMALL CAPITAL|CAPITAL LETTER|SYMBOL LETTER) ([A-Z])$")
"""Ends the names of letters that are Latin in a frame or of another size, and do not fold."""


@cache
def latin_letter(letter: str) -> str:
    """Give the Latin letter that a decomposed character is a picture of.

    Nothing for a mark or an invisible character; every other one as it is.
    Source: Unicode's names and general categories.
    """
    if letter.isascii():
        return letter
    if unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf"):
        return ""
    name = unicodedata.name(letter, "")
    found = _NAMED.search(name) if "LATIN" in name or "REGIONAL" in name else None
    return found[1] if found else letter
