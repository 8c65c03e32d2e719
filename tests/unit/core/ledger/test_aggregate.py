from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from seatrial.core.ledger.aggregate import (
    Aggregate,
    NotPossibleError,
    Setting,
    event_facts,
    fold,
    read_event,
)
from seatrial.core.ledger.entry import Entry, StreamId
from seatrial.core.people import Actor
from seatrial.core.problem import BadInputError

SETTING = Setting(
    at=datetime(2026, 6, 2, tzinfo=UTC), actor=Actor(person=None, party=None, by="test")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    by: int


def decide(state: int, command: int, _setting: Setting) -> tuple[Raised, ...]:
    if state + command < 0:
        raise NotPossibleError("The lamp is down.", "Raise it first.")
    return (Raised(by=command),)


def evolve(state: int, event: Raised, _setting: Setting) -> int:
    return state + event.by


LAMP = Aggregate(name="lamp", initial=0, kinds={"raised": Raised}, decide=decide, evolve=evolve)


def entry(number: int, kind: str, by: int | str) -> Entry:
    return Entry(
        stream=StreamId("lamp/1"),
        number=number,
        kind=kind,
        at=SETTING.at,
        actor=SETTING.actor,
        case=None,
        key=None,
        facts={"by": by},
    )


def test_a_state_is_the_fold_of_its_entries() -> None:
    assert fold(LAMP, [entry(0, "lamp.raised", 2), entry(1, "lamp.raised", 3)]) == 5
    assert fold(LAMP, [entry(2, "lamp.raised", 1)], since=5) == 6


def test_events_become_facts_and_come_back() -> None:
    kind, facts = event_facts(LAMP, Raised(by=4))
    assert (kind, facts) == ("lamp.raised", {"by": 4})
    assert read_event(LAMP, entry(0, kind, 4), place="x") == Raised(by=4)


@pytest.mark.parametrize(("kind", "by"), [("lamp.lowered", 1), ("lamp.raised", "1")])
def test_unknown_kinds_and_facts_are_refused(kind: str, by: int | str) -> None:
    with pytest.raises(BadInputError):
        fold(LAMP, [entry(0, kind, by)])
