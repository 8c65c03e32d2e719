"""Whatever is done in whatever order, the ledger is what a list and a sum say it is."""

from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from lamp import LAMP, LAMPS, Move, lamp, setting
from stores import SqliteStores

from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.replay import replay
from seatrial.core.ledger.aggregate import ConflictError, NotPossibleError
from seatrial.core.ledger.port import KeyReusedError

NAMES = st.sampled_from(["a", "b", "c"])
STEPS = st.integers(-3, 3).filter(bool)


class Ledgers(RuleBasedStateMachine):
    """Beside the ledger: each lamp's steps, each key's command, and the count of it all."""

    stores: SqliteStores

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.alias = self.stack.enter_context(self.stores.fresh()).alias
        self.ledger = DatabaseLedger([LAMPS], alias=self.alias)
        self.steps: dict[str, list[int]] = {"a": [], "b": [], "c": []}
        self.keys: dict[str, tuple[str, int, list[int]]] = {}
        self.seconds = 0

    def expect(self, name: str, by: int) -> bool:
        """Note what a command should do; say whether it is possible."""
        if sum(self.steps[name]) + by < 0:
            return False
        self.steps[name] += [1 if by > 0 else -1] * abs(by)
        return True

    @rule(name=NAMES, by=STEPS, stale=st.booleans(), later=st.integers(-5, 5))
    def command(self, name: str, by: int, later: int, *, stale: bool) -> None:
        self.seconds += later
        expected = len(self.steps[name]) + stale
        given = (LAMP, lamp(name), Move(by=by), setting(self.seconds))
        if stale:
            with pytest.raises(ConflictError):
                self.ledger.handle(*given, expected=expected)
        elif self.expect(name, by):
            assert self.ledger.handle(*given, expected=expected).number == len(self.steps[name])
        else:
            with pytest.raises(NotPossibleError):
                self.ledger.handle(*given, expected=expected)

    @rule(name=NAMES, by=STEPS, key=st.sampled_from(["k", "l", "m"]))
    def keyed(self, name: str, by: int, key: str) -> None:
        given = (LAMP, lamp(name), Move(by=by), setting(self.seconds))
        if key not in self.keys:
            if not self.expect(name, by):
                return
            self.keys[key] = (name, by, list(self.steps[name]))
            assert not self.ledger.handle(*given, key=key).repeated
        elif self.keys[key][:2] == (name, by):
            again = self.ledger.handle(*given, key=key)
            assert (again.repeated, again.number) == (True, len(self.keys[key][2]))
            assert again.state.height == sum(self.keys[key][2])
        else:
            with pytest.raises(KeyReusedError):
                self.ledger.handle(*given, key=key)

    @rule(down=NAMES, up=NAMES, by=st.integers(1, 3))
    def unit(self, down: str, up: str, by: int) -> None:
        before = {name: list(steps) for name, steps in self.steps.items()}
        possible = self.expect(up, 1) and self.expect(down, -by)
        try:
            with self.ledger.unit() as unit:
                unit.handle(LAMP, lamp(up), Move(by=1), setting(self.seconds))
                unit.handle(LAMP, lamp(down), Move(by=-by), setting(self.seconds))
        except NotPossibleError:
            assert not possible
            self.steps = before
        else:
            assert possible

    @rule()
    def open_anew(self) -> None:
        self.ledger = DatabaseLedger([LAMPS], alias=self.alias)

    @invariant()
    def every_lamp_is_the_sum_of_its_steps(self) -> None:
        for name, steps in self.steps.items():
            state, number = self.ledger.state(LAMP, lamp(name))
            assert (state.height, number) == (sum(steps), len(steps))
        assert self.ledger.head().size == sum(map(len, self.steps.values()))

    def teardown(self) -> None:
        history: dict[str, list[object]] = {name: [] for name in self.steps}
        for one in self.ledger.since(0):
            history[one.entry.stream[-1]].append(one.entry.facts["by"])
        assert history == self.steps
        assert replay([LAMPS], alias=self.alias).differences == ()
        self.stack.close()


@pytest.fixture
def machine(sqlite_stores: SqliteStores) -> type[Ledgers]:
    Ledgers.stores = sqlite_stores
    return Ledgers


def test_the_ledger_is_what_a_list_and_a_sum_say(machine: type[Ledgers]) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # Hypothesis leaves it untyped
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
