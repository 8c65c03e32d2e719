"""A text reduced to its letters and digits, so that how it is written tells no two apart."""

import re
import unicodedata

from seatrial.core.letters import latin_letter

_MARKS = re.compile(r"[\W_]+")

_ALIKE = str.maketrans(
    "авгеёһіјкӏмпорѕстухѡԁԍԛԝьАВЕЅІЈКМНОРСТУХԌԚԜαβγεηικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧհոսցօ",
    "abreehijklmnopsctyxwdgqwbABESIJKMHOPCTYXGQWabyeniknoptuxwABEZHIKMNOPTYXhnugo",
)
"""Cyrillic, Greek and Armenian letters to the Latin ones that look the same in common fonts.

Source: a choice from Unicode's confusables.txt.
"""


def plain_letters(text: str) -> str:
    """Reduce a text to its letters and digits, folded: width, case, accents, look-alikes."""
    if text.isascii():
        return _MARKS.sub("", text.casefold())
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(map(latin_letter, apart))
    return _MARKS.sub("", bare.translate(_ALIKE).casefold())
