"""Whatever bytes stand where an entry should: BadInputError with the place, nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from seatrial.core.ledger.entry import Entry, StreamId, entry_bytes, read_entry
from seatrial.core.people import Actor
from seatrial.core.problem import BadInputError

GOOD = entry_bytes(
    Entry(
        stream=StreamId("submission/abc"),
        number=7,
        kind="submission.withdrawn",
        at=datetime(2026, 6, 2, 14, tzinfo=UTC),
        actor=Actor(person=None, party=None, by="timer"),
        case=None,
        key=None,
        facts={"n": 1},
    )
)


def in_facts(spelt: bytes) -> bytes:
    return GOOD.replace(b'"n":1', b'"n":' + spelt)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        GOOD[:-1],
        GOOD + b" ",
        GOOD + GOOD,
        GOOD.replace(b'"v":1', b'"v":true'),
        GOOD.replace(b'"v":1', b'"v":1.0'),
        GOOD.replace(b'"number":7', b'"number":7.0'),
        GOOD.replace(b'"number":7', b'"number":false'),
        GOOD.replace(b'"by":"timer",', b'"by":"timer","extra":1,'),
        GOOD.replace(b'"by":"timer"', b'"by":null'),
        GOOD.replace(b'"actor":{"by":"timer","party":null,"person":null}', b'"actor":"timer"'),
        GOOD.replace(b'"facts"', b'"case":null,"facts"'),
        GOOD.replace(b'"kind"', b'"key":null,"kind"'),
        GOOD.replace(b'"facts"', b'"case":7,"facts"'),
        GOOD.replace(b'"facts"', b'"extra":7,"facts"'),
        GOOD.replace(b'"facts":{"n":1},', b""),
        GOOD.replace(b'{"n":1}', b'{"n":1,"n":1}'),
        GOOD.replace(b"14:00:00.000Z", b"14:00:00.0000Z"),
        GOOD.replace(b"14:00:00.000Z", b"14:00:00.000+00:00"),
        GOOD.replace(b"2026-06-02T14:00:00.000Z", b"0001-01-01T00:00:00.000+23:59"),
        GOOD.replace(b"2026-06-02T14:00:00.000Z", b"9999-12-31T23:59:59.999-23:59"),
        GOOD.replace(b"2026-06-02T", b"2026-W23-2T"),
        in_facts(b"NaN"),
        in_facts(b"Infinity"),
        in_facts(b"1e999"),
        in_facts(b"1.0"),
        in_facts(b"-0"),
        in_facts(b"9007199254740993"),
        in_facts(b"1" * 5000),
        in_facts(b'"\\ud800"'),
        in_facts(b'"\xed\xa0\x80"'),
        in_facts(b"[" * 100_000 + b"]" * 100_000),
        in_facts(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    ],
    ids=lambda content: repr(content[:30]),
)
def test_bad_bytes_are_refused_with_their_place(content: bytes) -> None:
    assert content != GOOD
    with pytest.raises(BadInputError, match="line 7"):
        read_entry(content, place="line 7")


def deeper(levels: int, call: Callable[[], object]) -> object:
    return call() if levels == 0 else deeper(levels - 1, call)


@pytest.mark.parametrize("nested", [b"[%s]", b'{"a":%s,"b":0.5}'])
def test_nesting_is_read_or_refused_at_any_depth_of_the_caller(nested: bytes) -> None:
    """A reader that is deep in the stack itself still gives one of the two answers."""
    spelt = b"1"
    for _ in range(300):
        spelt = nested % spelt
    for levels in range(0, 900, 50):
        try:
            deeper(levels, lambda: read_entry(in_facts(spelt), place="x"))
        except BadInputError:
            continue
