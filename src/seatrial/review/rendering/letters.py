"""A text reduced to its letters and digits, so that how it is written tells no two apart."""

import re
import unicodedata
from functools import cache

_MARKS = re.compile(r"[\W_]+")

_ALIKE = str.maketrans(
    "авгеёһіјкӏмпорѕстухѡԁԍԛԝьАВЕЅІЈКМНОРСТУХԌԚԜαβγεηικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧհոսցօ",
    "abreehijklmnopsctyxwdgqwbABESIJKMHOPCTYXGQWabyeniknoptuxwABEZHIKMNOPTYXhnugo",
)
"""Cyrillic, Greek and Armenian letters to the Latin ones that look the same in common fonts.

Source: a choice from Unicode's confusables.txt.
"""

_NAMED = re.compile(r"(?:LETTER SMALL CAPITAL|CAPITAL LETTER|SYMBOL LETTER) ([A-Z])$")
"""Ends the names of letters that are Latin in a frame or of another size, and do not fold."""


def plain_letters(text: str) -> str:
    """Reduce a text to its letters and digits, folded: width, case, accents, look-alikes."""
    if text.isascii():
        return _MARKS.sub("", text.casefold())
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(one if one.isascii() else _latin(one) for one in apart)
    return _MARKS.sub("", bare.translate(_ALIKE).casefold())


@cache
def _latin(letter: str) -> str:
    """Give the Latin letter that a letter is a picture of; nothing for a mark; else itself."""
    if unicodedata.category(letter).startswith("M"):
        return ""
    name = unicodedata.name(letter, "")
    found = _NAMED.search(name) if "LATIN" in name or "REGIONAL" in name else None
    return found[1] if found else letter
