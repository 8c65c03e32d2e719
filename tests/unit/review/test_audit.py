from datetime import UTC, datetime

import pytest

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.people import Actor, PartyId, PersonId
from seatrial.review.audit import AUDIT, Audit, LedgerTaken

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
