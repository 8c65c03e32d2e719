"""A detector's patterns, compiled by RE2: no pattern and no text makes it backtrack."""

from collections.abc import Callable, Mapping
from typing import Protocol, cast

import re2

from seatrial.core.problem import BadInputError
from seatrial.review.rescan.detector import Detector
from seatrial.review.rescan.search import Matcher

PROGRAM_BYTES = 4 * 1024 * 1024
"""Memory of one compiled pattern and its cache; what needs more is refused when it is compiled."""


class _Match(Protocol):
    def group(self) -> bytes: ...


class _Pattern(Protocol):
    def search(self, text: bytes) -> _Match | None: ...


def compile_detector(detector: Detector, *, place: str) -> Mapping[str, Matcher]:
    """Compile each rule's pattern. place: the file, for messages.

    Raises: BadInputError for a pattern that RE2 does not take, or that the empty text has.
    """
    options = re2.Options()
    options.max_mem = PROGRAM_BYTES
    options.log_errors = False
    found: dict[str, Matcher] = {}
    for number, rule in enumerate(detector.rules):
        try:
            pattern = cast("_Pattern", re2.compile(rule.pattern.encode(), options))
        except (re2.error, UnicodeEncodeError) as error:
            raise BadInputError(
                f"{place}: rule[{number}].pattern is none that RE2 takes: {_said(error)}.",
                "Write it without look-around and back references, and not too large.",
            ) from error
        if pattern.search(b"") is not None:
            raise BadInputError(
                f"{place}: rule[{number}].pattern is found in an empty text, so in every one.",
                "Let it ask for something.",
            )
        found[rule.name] = _matcher(pattern)
    return found


def _matcher(pattern: _Pattern) -> Callable[[bytes], bytes | None]:
    def match(text: bytes) -> bytes | None:
        hit = pattern.search(text)
        return None if hit is None else hit.group()

    return match


def _said(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return text[:100]
