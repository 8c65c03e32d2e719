"""A case's history as people read it."""

from datetime import UTC, datetime

from seatrial.core.ledger.entry import Entry, StreamId
from seatrial.core.ledger.port import Recorded
from seatrial.core.people import Actor
from seatrial.faces.web.timeline import Said, timeline


def test_moments_and_choices_are_in_words_and_only_what_people_wrote_is_quoted() -> None:
    facts = {
        "audience": "trusted-partners",
        "on": "2026-12-10T15:14:00.000Z",
        "reason": "as-agreed",
        "plan": "sha256:" + "a" * 64,
    }
    entry = Entry(
        stream=StreamId("submission/one"),
        number=3,
        kind="submission.release-planned",
        at=datetime(2026, 11, 1, tzinfo=UTC),
        actor=Actor(person=None, party=None, by="test"),
        case=None,
        key=None,
        facts=facts,
    )

    (line,) = timeline([Recorded(index=7, entry=entry, content=b"")])

    assert line.what == "release planned"
    assert line.said == (
        Said(name="audience", text="trusted partners", quoted=False),
        Said(name="on", text="10 Dec 2026, 15:14 UTC", quoted=False),
        Said(name="reason", text="as-agreed", quoted=True),
    )
