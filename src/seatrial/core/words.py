"""House rule: nothing we issue says that a model is allowed something (R22).

Refused are the words approved, cleared, licensed, permitted, their other forms, and the ways of
writing them that look or read the same. Words that merely share a stem stay usable: `clear`,
`clearinghouse`, `license` as a noun (a bill of materials has licences), `permission` (of a file).

What a party wrote is not ours: it is quoted as theirs, unaltered, and looked at apart.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from seatrial.core.letters import latin_letter
from seatrial.core.problem import BadInputError

DISCLAIMER = "This certificate is not an approval."
"""On every certificate. The one sentence of ours that may hold a form of these words."""

_FORMS = (
    "approved",
    "approves",
    "approve",
    "approving",
    "approvals",
    "approval",
    "cleared",
    "clearances",
    "clearance",
    "licensed",
    "licenced",
    "licensing",
    "licencing",
    "licensees",
    "licensee",
    "permitted",
    "permitting",
    "permits",
    "permit",
)

_PREFIXES = ("pre", "un", "re", "non", "dis")

_ALIKE = {
    "a": "a4@\u03b1\u0430\u0251",
    "c": "c\u0441\u03f2(",
    "d": "d\u0501\u0257",
    "e": "e3\u0435\u03b5\u0454\u212e",
    "g": "g9\u0261\u0581",
    "i": "i1!|\u0456\u03b9\u0131l",
    "l": "l1|i\u04cf\u0269",
    "m": "m\u043c",
    "n": "n\u0578\u03b7\u043f",
    "o": "o0\u03bf\u043e\u0585",
    "p": "p\u0440\u03c1",
    "r": "r\u0433",
    "s": "s5$\u0455",
    "t": "t7+\u03c4\u0442",
    "v": "v\u03bd\u0475",
}
"""Letters of the words above to what looks the same in common fonts, after case folding.

Source: the words' letters in Unicode's confusables, and digits that people write for letters.
"""

# Between two letters: a hyphen (with a line's end after it), or one mark without space.
_JOIN = r"(?:[-\u2010-\u2015\u2212]\s*|[._*\u00b7~])?"
# Or every letter stands apart: then each gap is white space.
_APART = r"\s+"


def _pattern() -> re.Pattern[str]:
    # (?<![^\W\d_]) and (?![^\W\d_]): no letter before or after.
    choices: list[str] = []
    for form in _FORMS:
        letters = [f"[{re.escape(_ALIKE[one])}]" for one in form]
        choices.extend((_JOIN.join(letters), _APART.join(letters)))
    prefix = "".join((r"(?:(?:", "|".join(_PREFIXES), ")", _JOIN, ")?"))
    return re.compile(rf"(?<![^\W\d_]){prefix}(?:{'|'.join(choices)})(?![^\W\d_])")


_REFUSED = _pattern()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A party's own words. party: as printed before them."""

    party: str
    text: str


def forbidden_words(text: str) -> tuple[str, ...]:
    """Give the words of a permission in `text` as they read after folding, our sentence aside."""
    return tuple(_found(text.replace(DISCLAIMER, " ")))


def _found(text: str) -> Iterator[str]:
    for match in _REFUSED.finditer(_skeleton(text)):
        yield match.group()


def _skeleton(text: str) -> str:
    """Fold case, width, frames and accents; drop what is invisible."""
    return "".join(map(latin_letter, unicodedata.normalize("NFKD", text))).casefold()


def check_issued(text: str, *, place: str) -> None:
    """Refuse a text of ours that holds such a word. place: what is being issued, for the message.

    Raises: BadInputError naming the words.
    """
    found = forbidden_words(text)
    if found:
        raise BadInputError(
            f"{place}: {', '.join(repr(one) for one in found)} would say that the model is allowed"
            " something.",
            "Say what was measured or decided in other words.",
        )


def show_quoted(quoted: Quoted) -> str:
    """Print a party's words as theirs, every character unaltered."""
    return f"{quoted.party} writes: \u201c{quoted.text}\u201d"
