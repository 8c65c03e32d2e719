"""Many states read at once are those read one by one."""

from lamp import LAMP, LAMPS, Move, lamp, setting
from stores import Store

from seatrial.adapters.store.ledger import DatabaseLedger


def test_states_are_those_of_the_streams_that_have_entries(store: Store) -> None:
    ledger = DatabaseLedger([LAMPS], alias=store.alias)
    for name, by in (("a", 1), ("b", 3)):
        ledger.handle(LAMP, lamp(name), Move(by=by), setting(0))
    asked = [lamp("a"), lamp("b"), lamp("c")]
    found = ledger.states(LAMP, asked)

    assert found == {one: ledger.state(LAMP, one)[0] for one in asked[:2]}
    assert sorted(one.height for one in found.values()) == [1, 3]
    assert ledger.states(LAMP, []) == {}
