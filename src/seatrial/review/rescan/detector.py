"""A detector as a file of rules: named patterns, each over some places of the evidence.

It is handed in by people and searches what models wrote: nothing in it is ever executed, and its
patterns are of a kind that takes time in proportion to the text, whatever the text.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json

SCHEMA = "seatrial.detector/1"

MOST_BYTES = 64 * 1024
"""Of a file. Two hundred rules with their words take some 40 KiB."""

MOST_RULES = 200
MOST_PATTERN = 1000
"""Characters of a pattern."""

MOST_WORDS = 300
"""Characters of a name, a version or what a rule means."""

_RULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_SPOKEN = re.compile(r"[a-z0-9][a-z0-9.+-]{0,59}")


class Place(StrEnum):
    """Where a rule looks."""

    TEXT = "text"
    """What the model said."""
    CALL = "call"
    """Arguments of its tool calls."""
    RESULT = "result"
    """What tools really answered."""
    SUBMISSION = "submission"
    """What it handed in, as text."""
    PROGRAM = "program"
    """A command line, as the host saw it start."""
    FILE = "file"
    """A file's path, as the host read or wrote it."""
    NETWORK = "network"
    """A call of the network, as the host saw it: `connect AF_INET to address ...`."""
    ALERT = "alert"
    """What the scope monitor said, as `rule: what`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRule:
    """One sign. pattern: RE2 syntax, searched anywhere in a text. means: for whoever judges."""

    name: str
    places: tuple[Place, ...]
    pattern: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    schema: str
    name: str
    version: str
    about: str
    rule: tuple[DetectorRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A detector. digest: of the file, which names these very rules and no other."""

    name: str
    version: str
    about: str
    rules: tuple[DetectorRule, ...]
    digest: Digest


def read_detector(content: bytes, *, place: str) -> Detector:
    """Read a detector's file; patterns are looked at by whoever compiles them.

    Raises: BadInputError naming the field and what was expected.
    """
    if len(content) > MOST_BYTES:
        raise BadInputError(
            f"{place} has {len(content)} bytes; a detector has at most {MOST_BYTES}.",
            "Split it into several detectors.",
        )
    try:
        table = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInputError(
            f"{place} is no TOML in UTF-8 ({str(error)[:100]}).", "Correct the file."
        ) from error
    file = from_json(_File, table, place=place)
    if file.schema != SCHEMA:
        raise BadInputError(
            f"{place}: schema is {file.schema[:60]!r}, expected {SCHEMA!r}.",
            "Use a version of seatrial that reads it.",
        )
    for wrong in _faults(file):
        raise BadInputError(f"{place}: {wrong}.", "Correct the file.")
    return Detector(
        name=file.name,
        version=file.version,
        about=file.about,
        rules=file.rule,
        digest=digest_bytes(content),
    )


def _faults(file: _File) -> list[str]:
    found = [
        f"{name} is {text[:60]!r}, expected small letters, digits and . + -"
        for name, text in (("name", file.name), ("version", file.version))
        if not _SPOKEN.fullmatch(text)
    ]
    if not 0 < len(file.rule) <= MOST_RULES:
        found.append(f"it has {len(file.rule)} rules, expected 1 to {MOST_RULES}")
    found += _twice(file.rule)
    for number, rule in enumerate(file.rule):
        found += [f"rule[{number}].{one}" for one in _faults_of(rule)]
    if not _is_line(file.about):
        found.append(f"about is not one line of at most {MOST_WORDS} characters")
    return found


def _faults_of(rule: DetectorRule) -> list[str]:
    checks: Mapping[str, bool] = {
        "name is expected to be snake_case": bool(_RULE_NAME.fullmatch(rule.name)),
        "places is empty, or has one twice": 0 < len(rule.places) == len(set(rule.places)),
        f"pattern is empty or longer than {MOST_PATTERN}": 0 < len(rule.pattern) <= MOST_PATTERN,
        f"means is not one line of at most {MOST_WORDS} characters": _is_line(rule.means),
    }
    return [what for what, fits in checks.items() if not fits]


def _twice(rules: tuple[DetectorRule, ...]) -> list[str]:
    names = [one.name for one in rules]
    return [f"rule {one!r} is there twice" for one in sorted({*names}) if names.count(one) > 1]


def _is_line(text: str) -> bool:
    return 0 < len(text.strip()) <= MOST_WORDS and text.isprintable()
