"""A journal as bytes: one canonical JSON line per entry, each naming the line before.

The chain shows any change, loss or reordering before the last line; what follows the last
line is shown missing by the closing entry's counts (`why_incomplete`).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Never, cast

from seatrial.core.canonical import Digest, Json, canonical_json, digest_bytes, is_canonical
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.problem import BadInputError

FIRST_PREVIOUS: Digest = digest_bytes(b"")
"""What the first entry names as the line before it."""

_FIELDS = ("facts", "kind", "previous", "sandbox", "sequence", "time_ns")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# JSON's safe integers end at 2**53; nanoseconds since 1970 are beyond, so they are digits.
_NANOSECONDS = re.compile(r"0|[1-9][0-9]{0,18}")


def entry_line(entry: JournalEntry) -> bytes:
    """Give the line of `entry`, its newline included."""
    return (
        canonical_json(
            {
                "facts": entry.facts,
                "kind": entry.kind.value,
                "previous": entry.previous,
                "sandbox": entry.sandbox,
                "sequence": entry.sequence,
                "time_ns": str(entry.time_ns),
            }
        )
        + b"\n"
    )


def line_digest(line: bytes) -> Digest:
    """Give what the next entry names as `previous`; the newline belongs to the line."""
    return digest_bytes(line)


def parse_journal(content: bytes, *, name: str, torn_end: bool = False) -> tuple[JournalEntry, ...]:
    """Read the entries of one sandbox's journal and check their chain.

    name: of the file, for messages.
    torn_end: pass over a last line without newline, as a killed harness may leave it.
    Raises: BadInputError naming file, line and what disagreed.
    """
    *lines, rest = content.split(b"\n")
    if rest and not torn_end:
        _refuse(name, len(lines) + 1, "the last line is cut off")
    entries: list[JournalEntry] = []
    previous = FIRST_PREVIOUS
    for index, text in enumerate(lines):
        line = text + b"\n"
        entry = _parse_line(line, name=name, number=index + 1)
        if entry.sequence != index:
            _refuse(name, index + 1, f"sequence {entry.sequence} stands where {index} belongs")
        if entry.previous != previous:
            _refuse(name, index + 1, "it names another line before it than the one there")
        if entries and entry.sandbox != entries[0].sandbox:
            _refuse(name, index + 1, f"it is of sandbox {entry.sandbox!r}, not of the first line's")
        entries.append(entry)
        previous = line_digest(line)
    return tuple(entries)


def counts_by_kind(entries: Iterable[JournalEntry]) -> Mapping[str, int]:
    """Count entries by kind, CLOSED left out: what the closing entry says in `entries`."""
    counter = Counter(entry.kind for entry in entries)
    return {kind.value: counter[kind] for kind in JournalKind if kind is not JournalKind.CLOSED}


def why_incomplete(entries: Sequence[JournalEntry]) -> str | None:
    """Say what a chained journal lacks at its ends, or None when it is whole.

    A whole journal has one OPENED (the kernel may see the sandbox's first program before the
    provider says that it started) and ends with the only CLOSED, whose `entries` fact counts
    the entries before it by kind.
    """
    if not entries:
        return "it is empty"
    openings = sum(entry.kind is JournalKind.OPENED for entry in entries)
    if openings != 1:
        return f"it has {openings} opening entries"
    closings = [i for i, entry in enumerate(entries) if entry.kind is JournalKind.CLOSED]
    if not closings:
        return "it has no closing entry: the harness was stopped, or lines were taken off its end"
    if closings[0] != len(entries) - 1:
        return f"entry {closings[0]} closed it, and more follows"
    if entries[-1].facts.get("entries") != counts_by_kind(entries):
        return "its closing entry counts other entries than it has"
    return None


def _refuse(name: str, number: int, what: str) -> Never:
    raise BadInputError(
        f"{name}, line {number}: {what}.",
        "The journal was changed or damaged after it was written: do not rely on it.",
    )


def _parse_line(line: bytes, *, name: str, number: int) -> JournalEntry:
    try:
        document: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        _refuse(name, number, f"it is not JSON ({error})")
    if not isinstance(document, dict):
        _refuse(name, number, "it is not an object")
    fields = cast("dict[str, Json]", document)
    if tuple(sorted(fields)) != _FIELDS:
        _refuse(name, number, f"its fields are {', '.join(sorted(fields))}")
    kind, facts, sequence = fields["kind"], fields["facts"], fields["sequence"]
    if kind not in tuple(JournalKind):
        _refuse(name, number, f"there is no kind {kind!r}")
    if not isinstance(facts, dict):
        _refuse(name, number, "facts is not an object")
    if type(sequence) is not int:
        _refuse(name, number, "sequence is not a whole number")
    entry = JournalEntry(
        sequence=sequence,
        time_ns=int(_matching(fields, "time_ns", _NANOSECONDS, name=name, number=number)),
        sandbox=_matching(fields, "sandbox", None, name=name, number=number),
        kind=JournalKind(kind),
        facts=facts,
        previous=Digest(_matching(fields, "previous", _DIGEST, name=name, number=number)),
    )
    if not is_canonical(line.removesuffix(b"\n"), fields):
        _refuse(name, number, "it is not in canonical form")
    return entry


def _matching(
    fields: Mapping[str, Json],
    field: str,
    pattern: re.Pattern[str] | None,
    *,
    name: str,
    number: int,
) -> str:
    value = fields[field]
    if not isinstance(value, str) or (pattern and not pattern.fullmatch(value)):
        _refuse(name, number, f"{field} is {value!r}")
    return value
