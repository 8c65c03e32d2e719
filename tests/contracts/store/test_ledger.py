"""What every ledger does, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections, transaction
from lamp import LAMP, LAMPS, START, Lamp, Move, columns, lamp, setting
from postgres_server import PostgresServer
from stores import PostgresStores, Store

from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.models import LedgerEntry, LedgerNode, StreamRow
from seatrial.adapters.store.replay import replay
from seatrial.core.ledger.aggregate import ConflictError, NotPossibleError
from seatrial.core.ledger.port import KeyReusedError, Ledger
from seatrial.core.ledger.projection import Columns, Projection
from seatrial.core.ledger.proof import verify_consistency, verify_inclusion
from seatrial.core.ledger.tree import EMPTY_ROOT, Frontier, leaf_hash
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, UnavailableError


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return DatabaseLedger([LAMPS], alias=store.alias)


def contents(ledger: Ledger) -> list[bytes]:
    return [one.content for one in ledger.since(0)]


def root_of(leaves: list[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier, _ = frontier.append(leaf_hash(leaf))
    return frontier.root()


def test_the_empty_ledger_has_the_empty_root(ledger: Ledger) -> None:
    head = ledger.head()
    assert (head.size, head.root, head.at) == (0, EMPTY_ROOT, None)
    assert ledger.state(LAMP, lamp("a")) == (Lamp(), 0)
    assert ledger.history(lamp("a")) == ()


def test_a_command_is_entries_tree_and_row_together(ledger: Ledger, store: Store) -> None:
    outcome = ledger.handle(LAMP, lamp("a"), Move(by=3), setting(), case=CaseId("c"))

    assert (outcome.number, outcome.state) == (3, Lamp(height=3, moves=3))
    assert outcome.entries == ledger.history(lamp("a")) == tuple(ledger.since(0))
    assert [one.entry.number for one in outcome.entries] == [0, 1, 2]
    head = ledger.head()
    assert (head.size, head.root, head.at) == (3, root_of(contents(ledger)), START)
    assert LedgerNode.objects.using(store.alias).count() == 4
    row = StreamRow.objects.using(store.alias).get()
    assert (row.stream, row.aggregate, row.number, row.at) == ("lamp/a", "lamp", 3, START)
    assert row.state == LAMPS.write_state(outcome.state)
    named = columns(outcome.state)
    assert (row.stage, row.party, row.case, row.title) == (
        named.stage,
        named.party,
        named.case,
        named.title,
    )
    held = LedgerEntry.objects.using(store.alias).get(index=1)
    assert (held.stream, held.number, held.kind, held.at) == ("lamp/a", 1, "lamp.moved", START)
    assert (held.case, held.key) == ("c", None)


def test_a_ledger_opened_anew_goes_on(ledger: Ledger, store: Store) -> None:
    ledger.handle(LAMP, lamp("a"), Move(by=2), setting())
    again = DatabaseLedger([LAMPS], alias=store.alias)
    outcome = again.handle(LAMP, lamp("a"), Move(by=-1), setting(1), expected=2)
    assert outcome.state == Lamp(height=1, moves=3)
    # The first one remembers a state that is no longer the last.
    assert ledger.handle(LAMP, lamp("a"), Move(by=1), setting(2)).state == Lamp(height=2, moves=4)
    assert ledger.head().root == root_of(contents(ledger))


def test_what_the_rules_refuse_leaves_no_trace(ledger: Ledger) -> None:
    with pytest.raises(NotPossibleError):
        ledger.handle(LAMP, lamp("a"), Move(by=-1), setting())
    with pytest.raises(TypeError):
        ledger.handle(LAMP, lamp("a"), Move(by=0), setting())
    assert (ledger.head().size, ledger.state(LAMP, lamp("a"))) == (0, (Lamp(), 0))


def test_a_stale_expectation_is_a_conflict(ledger: Ledger) -> None:
    ledger.handle(LAMP, lamp("a"), Move(by=1), setting(), expected=0)
    with pytest.raises(ConflictError, match="has 1 entries; 0 were expected"):
        ledger.handle(LAMP, lamp("a"), Move(by=1), setting(), expected=0)
    assert ledger.head().size == 1


def test_a_known_key_gives_what_was_done_then(ledger: Ledger) -> None:
    first = ledger.handle(LAMP, lamp("a"), Move(by=2, words="hi"), setting(), key="flow/1")
    ledger.handle(LAMP, lamp("a"), Move(by=1), setting(1))
    again = ledger.handle(
        LAMP, lamp("a"), Move(by=2, words="hi"), setting(9), key="flow/1", expected=0
    )

    assert (again.entries, again.state, again.number) == (first.entries, first.state, 3)
    assert (first.repeated, again.repeated) == (False, True)
    assert ledger.head().size == 4
    assert [one.entry.key for one in first.entries] == [
        "flow/1",
        "flow/1+1",
        "flow/1+2",
    ]


@pytest.mark.parametrize(
    ("name", "by", "person"),
    [("a", 1, "ada"), ("a", 3, "ada"), ("a", -1, "ada"), ("b", 2, "ada"), ("a", 2, "bob")],
)
def test_a_known_key_with_another_command_is_an_error(
    ledger: Ledger, name: str, by: int, person: str
) -> None:
    ledger.handle(LAMP, lamp("a"), Move(by=2), setting(), key="k")
    ledger.handle(LAMP, lamp("a"), Move(by=1), setting(1))
    with pytest.raises(KeyReusedError):
        ledger.handle(LAMP, lamp(name), Move(by=by), setting(person=person), key="k")
    assert ledger.head().size == 3


@pytest.mark.parametrize("key", ["", "k" * 201, "k#a", "k+1"])
def test_a_key_has_bounds(ledger: Ledger, key: str) -> None:
    with pytest.raises(BadInputError):
        ledger.handle(LAMP, lamp("a"), Move(by=1), setting(), key=key)


def test_time_never_runs_backwards(ledger: Ledger) -> None:
    ledger.handle(LAMP, lamp("a"), Move(by=1), setting(10.0004))
    late = ledger.handle(LAMP, lamp("b"), Move(by=1), setting(3))
    assert late.entries[0].entry.at == START + timedelta(seconds=10)
    assert ledger.head().at == START + timedelta(seconds=10)


def test_a_unit_is_written_whole(ledger: Ledger) -> None:
    with ledger.unit(key="flow/2") as unit:
        unit.handle(LAMP, lamp("a"), Move(by=1), setting())
        second = unit.handle(LAMP, lamp("a"), Move(by=1), setting(), expected=1)
        assert unit.state(LAMP, lamp("a")) == (second.state, 2)
        unit.handle(LAMP, lamp("b"), Move(by=1), setting())
    assert ledger.head().size == 3
    with ledger.unit(key="flow/2") as unit:
        for name in ("a", "a", "b"):
            assert unit.handle(LAMP, lamp(name), Move(by=1), setting()).repeated
    assert ledger.head().size == 3
    assert ledger.head().root == root_of(contents(ledger))


def test_a_unit_that_fails_writes_nothing(ledger: Ledger, store: Store) -> None:
    def fail() -> None:
        with ledger.unit() as unit:
            unit.handle(LAMP, lamp("a"), Move(by=1), setting())
            StreamRow.objects.using(store.alias).create(
                stream="other/1", aggregate="other", number=0, at=START
            )
            unit.handle(LAMP, lamp("b"), Move(by=-1), setting())

    with pytest.raises(NotPossibleError):
        fail()
    assert (ledger.head().size, StreamRow.objects.using(store.alias).count()) == (0, 0)
    # Nor is the state of the failed unit remembered.
    assert ledger.handle(LAMP, lamp("a"), Move(by=2), setting()).state == Lamp(height=2, moves=2)


def test_no_command_is_acknowledged_inside_another_transaction(
    ledger: Ledger, store: Store
) -> None:
    with transaction.atomic(using=store.alias), pytest.raises(RuntimeError):
        ledger.handle(LAMP, lamp("a"), Move(by=1), setting())
    with ledger.unit(), pytest.raises(RuntimeError):
        ledger.handle(LAMP, lamp("a"), Move(by=1), setting())


def test_proofs_hold_for_every_entry_and_size(ledger: Ledger) -> None:
    roots = {}
    for number in range(7):
        ledger.handle(LAMP, lamp("a"), Move(by=1), setting(number))
        roots[number + 1] = ledger.head().root
    for size, root in roots.items():
        for index, content in enumerate(contents(ledger)[:size]):
            proof = ledger.inclusion(index, size)
            leaf = leaf_hash(content)
            assert verify_inclusion(leaf, index=index, size=size, root=root, proof=proof)
        for first in range(1, size + 1):
            assert verify_consistency(
                first=first,
                first_root=roots[first],
                second=size,
                second_root=root,
                proof=ledger.consistency(first, size),
            )
    with pytest.raises(ValueError, match="has 7 entries, not 8"):
        ledger.inclusion(0, 8)
    with pytest.raises(ValueError, match="has 7 entries, not 8"):
        ledger.consistency(1, 8)


@pytest.mark.parametrize("shared", [True, False], ids=["one ledger", "a ledger each"])
def test_of_concurrent_commands_that_conflict_one_wins(
    ledger: Ledger, store: Store, *, shared: bool
) -> None:
    def attempt(seen: int, number: int) -> str:
        mine = ledger if shared else DatabaseLedger([LAMPS], alias=store.alias)
        try:
            mine.handle(LAMP, lamp("a"), Move(by=1, words=str(number)), setting(), expected=seen)
        except ConflictError:
            return "conflict"
        finally:
            connections[store.alias].close()
        return "won"

    with ThreadPoolExecutor(8) as pool:
        for seen in range(0, 10, 2):
            assert sorted(pool.map(partial(attempt, seen), range(8))) == [*["conflict"] * 7, "won"]
    assert ledger.state(LAMP, lamp("a"))[1] == 10
    assert ledger.head().root == root_of(contents(ledger))


def test_a_command_that_fails_does_not_harm_those_it_shares_a_transaction_with(
    ledger: Ledger, store: Store
) -> None:
    def attempt(number: int) -> bool:
        try:
            ledger.handle(LAMP, lamp(str(number)), Move(by=-1 if number % 3 else 1), setting())
        except NotPossibleError:
            return False
        finally:
            connections[store.alias].close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert [not n % 3 for n in range(60)] == list(pool.map(attempt, range(60)))
    assert ledger.head().size == 20


@pytest.mark.parametrize("words", ["\ud800", "x" * 1024 * 1024])
def test_what_no_entry_can_hold_is_refused(ledger: Ledger, words: str) -> None:
    with pytest.raises(BadInputError):
        ledger.handle(LAMP, lamp("a"), Move(by=1, words=words), setting())
    assert ledger.head().size == 0


def test_a_title_may_hold_anything(ledger: Ledger, store: Store) -> None:
    ledger.handle(LAMP, lamp("a"), Move(by=0, words="nul \0, é, 試験"), setting())
    assert ledger.state(LAMP, lamp("a"))[0].words == ("nul \0, é, 試験",)
    assert StreamRow.objects.using(store.alias).get().title == "nul , é, 試験"
    assert replay([LAMPS], alias=store.alias).differences == ()


@pytest.mark.parametrize("reading", [True, False], ids=["reading", "writing"])
def test_a_broken_connection_is_told_once_and_opened_anew(
    postgres_server: PostgresServer, postgres_stores: PostgresStores, *, reading: bool
) -> None:
    with postgres_stores.fresh() as store:
        ledger = DatabaseLedger([LAMPS], alias=store.alias)
        ledger.handle(LAMP, lamp("a"), Move(by=1), setting())
        postgres_server.disconnect(store.where)
        with pytest.raises(UnavailableError, match="does not answer"):
            ledger.head() if reading else ledger.handle(LAMP, lamp("a"), Move(by=1), setting())
        assert ledger.handle(LAMP, lamp("a"), Move(by=1), setting()).number == 2


@pytest.mark.parametrize("case", ["", "a/b", "x" * 101, "nul\0"])
def test_a_case_has_the_form_of_a_name(ledger: Ledger, case: str) -> None:
    with pytest.raises(BadInputError):
        ledger.handle(LAMP, lamp("a"), Move(by=1), setting(), case=CaseId(case))
    assert ledger.head().size == 0


@pytest.mark.parametrize("stage", ["x" * 201, "nul\0", "\ud800"])
def test_a_state_that_no_row_can_hold_is_its_commands_own_error(store: Store, stage: str) -> None:
    """Not that of others in the same transaction."""

    def columns_of(lamp: Lamp) -> Columns:
        if stage == "\ud800":
            raise ValueError(stage)
        return Columns(stage=stage if lamp.words else "")

    odd = Projection(aggregate=LAMP, columns=columns_of)
    ledger = DatabaseLedger([odd], alias=store.alias)
    with pytest.raises(BadInputError):
        ledger.handle(LAMP, lamp("a"), Move(by=1, words="x"), setting())
    assert ledger.head().size == 0
