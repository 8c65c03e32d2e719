"""A case's key is made once and destroyed once."""

import pytest
from lamp import setting

from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.people import CaseId
from seatrial.core.sealed.case_key import CaseKey, Event, KeyDestroyed, KeyMade, decide, evolve

MADE = KeyMade(case=CaseId("c"), recipient="age1x")
DESTROYED = KeyDestroyed(reason="retention")


def test_a_key_is_made_and_destroyed() -> None:
    made = evolve(None, MADE, setting())
    assert made == CaseKey(case=CaseId("c"), recipient="age1x")
    assert evolve(made, DESTROYED, setting()).destroyed


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ([], DESTROYED),
        ([MADE], MADE),
        ([MADE], KeyDestroyed(reason=" ")),
        ([MADE, DESTROYED], MADE),
        ([MADE, DESTROYED], DESTROYED),
    ],
)
def test_nothing_else_happens_to_it(held: list[Event], wanted: Event) -> None:
    state = None
    for event in held:
        state = evolve(state, event, setting())
    with pytest.raises(NotPossibleError):
        decide(state, wanted, setting())
