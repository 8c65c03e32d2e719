from dataclasses import replace
from datetime import UTC, datetime

import pytest

from seatrial.core.ledger.entry import Entry, StreamId, entry_bytes, read_entry
from seatrial.core.people import Actor, CaseId, PersonId
from seatrial.core.problem import BadInputError

ENTRY = Entry(
    stream=StreamId("submission/abc"),
    number=3,
    kind="submission.withdrawn",
    at=datetime(2026, 6, 2, 14, 0, 0, 5000, tzinfo=UTC),
    actor=Actor(person=PersonId("p1"), party=None, by="portal"),
    case=CaseId("abc"),
    key="workflow/4",
    facts={"reason": "no longer released"},
)


def test_an_entry_reads_back_as_it_was() -> None:
    assert read_entry(entry_bytes(ENTRY), place="x") == ENTRY
    bare = replace(ENTRY, case=None, key=None)
    assert read_entry(entry_bytes(bare), place="x") == bare


def test_an_entry_has_one_spelling() -> None:
    content = entry_bytes(ENTRY)
    assert b'"at":"2026-06-02T14:00:00.005Z"' in content
    with pytest.raises(BadInputError, match="canonical"):
        read_entry(content.replace(b",", b", ", 1), place="x")


@pytest.mark.parametrize(
    "change",
    [
        (b'"v":1', b'"v":2'),
        (b'"number":3', b'"number":-3'),
        (b"submission/abc", b"party/abc"),
        (b"submission/abc", b"submission/../abc"),
        (b'{"reason":"no longer released"}', b"[]"),
        (b'"v":1', b'"v":1,"w":1'),
    ],
)
def test_what_is_no_entry_is_refused(change: tuple[bytes, bytes]) -> None:
    content = entry_bytes(ENTRY)
    assert change[0] in content
    with pytest.raises(BadInputError):
        read_entry(content.replace(*change), place="x")
