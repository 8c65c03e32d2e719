from datetime import UTC, datetime

import pytest

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.people import Actor, PartyId, PersonId
from seatrial.review.audit import AUDIT, Audit, LedgerTaken, RefusalsRemoved

AUDITOR = Actor(person=PersonId("ada"), party=PartyId("court"), by="portal")
SOFTWARE = Actor(person=None, party=None, by="timer")


def at(actor: Actor) -> Setting:
    return Setting(at=datetime(2026, 6, 2, tzinfo=UTC), actor=actor)


def test_each_export_that_an_auditor_takes_is_counted() -> None:
    state = AUDIT.initial
    for number in (1, 2):
        (event,) = AUDIT.decide(state, LedgerTaken(purpose="yearly audit"), at(AUDITOR))
        state = AUDIT.evolve(state, event, at(AUDITOR))
        assert state == Audit(taken=number)


@pytest.mark.parametrize(("purpose", "actor"), [(" ", AUDITOR), ("yearly audit", SOFTWARE)])
def test_nobody_takes_one_without_saying_what_for_nor_does_the_software(
    purpose: str, actor: Actor
) -> None:
    with pytest.raises(NotPossibleError):
        AUDIT.decide(Audit(), LedgerTaken(purpose=purpose), at(actor))


def test_rows_that_are_removed_are_counted() -> None:
    removed = RefusalsRemoved(before=datetime(2025, 6, 2, tzinfo=UTC), rows=3)
    (event,) = AUDIT.decide(Audit(taken=1), removed, at(SOFTWARE))
    assert AUDIT.evolve(Audit(taken=1, removed=2), event, at(SOFTWARE)) == Audit(taken=1, removed=5)


@pytest.mark.parametrize(("rows", "actor"), [(0, SOFTWARE), (3, AUDITOR)])
def test_no_person_removes_rows_and_none_are_removed_for_nothing(rows: int, actor: Actor) -> None:
    removed = RefusalsRemoved(before=datetime(2025, 6, 2, tzinfo=UTC), rows=rows)
    with pytest.raises(NotPossibleError):
        AUDIT.decide(Audit(), removed, at(actor))
