"""The chain shows every change of a journal's bytes."""

import contextlib
import dataclasses
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seatrial.core.canonical import Json
from seatrial.core.journal_chain import (
    FIRST_PREVIOUS,
    counts_by_kind,
    entry_line,
    line_digest,
    parse_journal,
    why_incomplete,
)
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.problem import BadInputError

FACTS = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=6),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.text(st.characters(codec="utf-8"), max_size=8),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=4,
    ),
    max_size=3,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(JournalKind), FACTS, st.integers(0, 2 * 10**18)),
    min_size=1,
    max_size=6,
)


def chain(steps: list[tuple[JournalKind, Any, int]], *, sandbox: str = "box") -> list[bytes]:
    lines: list[bytes] = []
    for kind, facts, time_ns in steps:
        entry = JournalEntry(
            sequence=len(lines),
            time_ns=time_ns,
            sandbox=sandbox,
            kind=kind,
            facts=facts,
            previous=line_digest(lines[-1]) if lines else FIRST_PREVIOUS,
        )
        lines.append(entry_line(entry))
    return lines


SMALL = chain(
    [
        (JournalKind.OPENED, {"image": "x"}, 1),
        (JournalKind.EXEC, {"argv": ["a\nb", "\x1b[1m"]}, 2),
        (JournalKind.PROCESS, {"argv": ["c"]}, 3),
        (
            JournalKind.CLOSED,
            {
                "entries": {
                    **{k.value: 0 for k in JournalKind if k is not JournalKind.CLOSED},
                    "opened": 1,
                    "exec": 1,
                    "process": 1,
                }
            },
            4,
        ),
    ]
)


def parse(lines: list[bytes]) -> tuple[JournalEntry, ...]:
    return parse_journal(b"".join(lines), name="box.jsonl")


@given(STEPS)
def test_entries_come_back_as_written(steps: list[tuple[JournalKind, Any, int]]) -> None:
    entries = parse(chain(steps))

    assert [(one.kind, one.facts, one.time_ns) for one in entries] == steps
    assert [one.sequence for one in entries] == list(range(len(steps)))


@given(st.integers(0, len(b"".join(SMALL)) - 1), st.integers(1, 255))
def test_any_flipped_byte_is_seen(position: int, flip: int) -> None:
    content = bytearray(b"".join(SMALL))
    content[position] ^= flip

    with contextlib.suppress(BadInputError):
        entries = parse_journal(bytes(content), name="box.jsonl")
        # Only the last line has none after it that names its digest.
        assert entries[:-1] == parse(SMALL)[:-1]
        assert position >= len(b"".join(SMALL[:-1]))


@given(st.permutations(range(len(SMALL))))
def test_reordered_lines_are_seen(order: list[int]) -> None:
    assume(order != sorted(order))

    with pytest.raises(BadInputError):
        parse([SMALL[i] for i in order])


@pytest.mark.parametrize("index", range(len(SMALL) - 1))
def test_a_missing_or_doubled_line_is_seen(index: int) -> None:
    with pytest.raises(BadInputError, match=f"line {index + 1}: "):
        parse(SMALL[:index] + SMALL[index + 1 :])
    with pytest.raises(BadInputError, match=f"line {index + 2}: "):
        parse([*SMALL[: index + 1], *SMALL[index:]])


def test_lines_off_the_end_leave_it_incomplete() -> None:
    assert why_incomplete(parse(SMALL)) is None
    assert "no closing entry" in (why_incomplete(parse(SMALL[:-1])) or "")
    assert why_incomplete(()) == "it is empty"


def test_a_recut_journal_is_incomplete() -> None:
    entries = list(parse(SMALL))
    opened, command, process, closed = entries

    assert "counts other entries" in (why_incomplete([opened, command, closed]) or "")
    assert "0 opening" in (why_incomplete([command, process, closed]) or "")
    assert "2 opening" in (why_incomplete([opened, *entries]) or "")
    late = dataclasses.replace(process, sequence=4)
    assert "more follows" in (why_incomplete([*entries, late]) or "")


def test_counts_leave_the_closing_entry_out() -> None:
    counts = counts_by_kind(parse(SMALL))

    assert (counts["opened"], counts["exec"], counts["lost"]) == (1, 1, 0)
    assert "closed" not in counts


def test_a_torn_end_is_refused_or_passed_over_as_asked() -> None:
    content = b"".join(SMALL)[:-10]

    with pytest.raises(BadInputError, match="line 4: the last line is cut off"):
        parse_journal(content, name="box.jsonl")
    assert parse_journal(content, name="box.jsonl", torn_end=True) == parse(SMALL[:-1])


def test_two_sandboxes_in_one_file_are_refused() -> None:
    other = dataclasses.replace(parse(SMALL)[1], sandbox="other", previous=line_digest(SMALL[0]))
    with pytest.raises(BadInputError, match="line 2: it is of sandbox 'other'"):
        parse([SMALL[0], entry_line(other)])


FIRST = SMALL[0].decode()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ("{}", "its fields are"),
        (FIRST.replace('"opened"', '"weird"'), "no kind 'weird'"),
        (FIRST.replace('"opened"', "[]"), "no kind"),
        (FIRST.replace('{"image":"x"}', "[]"), "facts is not an object"),
        (FIRST.replace('"sequence":0', '"sequence":false'), "sequence is not"),
        (FIRST.replace('"sequence":0', '"sequence":1'), "sequence 1 stands where 0"),
        (FIRST.replace('"time_ns":"1"', '"time_ns":"01"'), "time_ns is '01'"),
        (FIRST.replace('"time_ns":"1"', '"time_ns":1'), "time_ns is 1"),
        (FIRST.replace("sha256:e3", "sha256:E3"), "previous is"),
        (FIRST.replace("sha256:e3", "sha256:00"), "names another line"),
        (FIRST.replace('"sandbox":"box"', '"sandbox":3'), "sandbox is 3"),
        (FIRST.replace('{"image":"x"}', '{"image": "x"}'), "canonical form"),
        (FIRST.replace('{"image":"x"}', '{"image":"x","image":"x"}'), "canonical form"),
        (FIRST.replace('{"image":"x"}', '{"image":NaN}'), "canonical form"),
        (FIRST.replace('{"image":"x"}', '{"image":"\\ud800"}'), "canonical form"),
    ],
)
def test_a_malformed_line_is_refused_with_what_disagreed(line: str, why: str) -> None:
    with pytest.raises(BadInputError, match=why) as refused:
        parse_journal(line.strip().encode() + b"\n", name="some/box.jsonl")

    assert refused.value.what.startswith("some/box.jsonl, line 1: ")


def test_nanoseconds_beyond_json_integers_are_kept() -> None:
    (entry,) = parse(chain([(JournalKind.OPENED, {}, 2**62)]))

    assert entry.time_ns == 2**62


def test_facts_may_be_any_json() -> None:
    facts: dict[str, Json] = {"ms": 1.5, "list": [None, True, {"a": 1}]}
    (entry,) = parse(chain([(JournalKind.EXEC, facts, 0)]))

    assert entry.facts == facts
