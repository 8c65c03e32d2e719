"""Replay computes everything anew from the entries, and names what differs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from lamp import LAMP, LAMPS, Lamp, Move, lamp, setting
from stores import Store

from seatrial.adapters.keys import FileSigner, load_or_make_signer
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.models import (
    LedgerCheckpoint,
    LedgerEntry,
    LedgerHead,
    LedgerNode,
    StreamMark,
    StreamRow,
)
from seatrial.adapters.store.replay import rebuild, replay
from seatrial.core.ledger.projection import Columns, Projection
from seatrial.core.problem import RefusedError
from seatrial.formats.note_key import VerifierKey, key_from_pem

Change = Callable[[Any], Any]


@pytest.fixture
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    return load_or_make_signer(tmp_path_factory.mktemp("keys") / "ledger.pem")[0]


@pytest.fixture
def key(signer: FileSigner) -> VerifierKey:
    return key_from_pem("ledger.example", signer.public_pem)


@pytest.fixture
def ledger(store: Store, signer: FileSigner, key: VerifierKey) -> DatabaseLedger:
    """Nine entries of three streams, signed after six and after nine."""
    ledger = DatabaseLedger([LAMPS], alias=store.alias)
    checkpoints = Checkpoints(ledger, alias=store.alias)
    for number in range(9):
        ledger.handle(LAMP, lamp(str(number % 3)), Move(by=1), setting(number), key=f"k{number}")
        if number in (5, 8):
            checkpoints.sign(key, signer)
    return ledger


def places(store: Store) -> list[str]:
    return [one.place for one in replay([LAMPS], alias=store.alias).differences]


@pytest.mark.usefixtures("ledger")
def test_a_ledger_as_it_was_written_has_no_difference(store: Store) -> None:
    found = replay([LAMPS], alias=store.alias)
    assert (found.entries, found.streams, found.differences) == (9, 3, ())


def test_the_empty_ledger_has_no_difference(store: Store) -> None:
    assert replay([LAMPS], alias=store.alias).differences == ()


@pytest.fixture
def spoken(ledger: DatabaseLedger) -> DatabaseLedger:
    """Two words more in one stream: the first is past, the second not."""
    for number, word in enumerate(("hello", "again")):
        ledger.handle(LAMP, lamp("1"), Move(by=0, words=word), setting(10 + number))
    return ledger


def marks(store: Store) -> list[tuple[Any, ...]]:
    rows = StreamMark.objects.using(store.alias).order_by("value")
    return list(rows.values_list("aggregate", "name", "sort", "value", "past"))


def test_marks_follow_their_stream(spoken: DatabaseLedger, store: Store) -> None:
    assert marks(store) == [
        ("lamp", "1", "word", "again", False),
        ("lamp", "1", "word", "hello", True),
    ]
    assert replay([LAMPS], alias=store.alias).differences == ()
    # Another stream's are left alone; one without a word has none.
    spoken.handle(LAMP, lamp("2"), Move(by=0, words="hello"), setting(12))
    spoken.handle(LAMP, lamp("0"), Move(by=1), setting(13))
    assert len(marks(store)) == 3
    assert replay([LAMPS], alias=store.alias).differences == ()


def test_a_unit_writes_the_marks_after_its_last_command(
    ledger: DatabaseLedger, store: Store
) -> None:
    with ledger.unit() as unit:
        unit.handle(LAMP, lamp("1"), Move(by=0, words="hello"), setting(10))
        unit.handle(LAMP, lamp("1"), Move(by=1), setting(10))
    assert [one[3] for one in marks(store)] == ["hello"]
    assert replay([LAMPS], alias=store.alias).differences == ()


def test_what_changes_no_mark_writes_none(spoken: DatabaseLedger, store: Store) -> None:
    StreamMark.objects.using(store.alias).all().delete()
    spoken.handle(LAMP, lamp("1"), Move(by=1), setting(20))
    assert marks(store) == []


MARK_CHANGES: dict[str, tuple[Change, list[str]]] = {
    "a lost mark": (
        lambda at: StreamMark.objects.using(at).filter(value="again").delete(),
        ["stream_mark lamp/1 word again"],
    ),
    "an added mark": (
        lambda at: StreamMark.objects.using(at).create(
            aggregate="lamp", value="x", past=False, name="1", sort="word"
        ),
        ["stream_mark lamp/1 word x"],
    ),
    "a past one that is present": (
        lambda at: StreamMark.objects.using(at).filter(value="hello").update(past=False),
        ["stream_mark lamp/1 word hello", "stream_mark lamp/1 past word hello"],
    ),
    "a time": (
        lambda at: StreamRow.objects.using(at).filter(stream="lamp/1").update(begins=None),
        ["stream_row lamp/1 begins"],
    ),
}


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("name", MARK_CHANGES)
def test_whatever_is_changed_in_the_marks_is_named_and_rebuilt(store: Store, name: str) -> None:
    change, expected = MARK_CHANGES[name]
    change(store.alias)
    assert places(store) == expected
    rebuild([LAMPS], alias=store.alias)
    assert places(store) == []
    assert len(marks(store)) == 2


CHANGES: dict[str, tuple[Change, list[str]]] = {
    "a row's time": (
        lambda at: StreamRow.objects.using(at).filter(stream="lamp/1").update(ends=setting(99).at),
        ["stream_row lamp/1 ends"],
    ),
    "a state": (
        lambda at: StreamRow.objects.using(at).filter(stream="lamp/1").update(state="{}"),
        ["stream_row lamp/1 state"],
    ),
    "columns": (
        lambda at: StreamRow.objects.using(at).filter(stream="lamp/1").update(stage="x", party="y"),
        ["stream_row lamp/1 stage", "stream_row lamp/1 party"],
    ),
    "a number": (
        lambda at: StreamRow.objects.using(at).filter(stream="lamp/1").update(number=7),
        ["stream_row lamp/1 number"],
    ),
    "a lost row": (
        lambda at: StreamRow.objects.using(at).filter(stream="lamp/2").delete(),
        ["stream_row lamp/2"],
    ),
    "an added row": (
        lambda at: StreamRow.objects.using(at).create(
            stream="lamp/9", aggregate="lamp", number=0, at=setting().at
        ),
        ["stream_row lamp/9"],
    ),
    "a node": (
        lambda at: LedgerNode.objects.using(at).filter(level=1, place=2).update(hash=b"0" * 32),
        ["ledger_node 1/2"],
    ),
    "a lost node": (
        lambda at: LedgerNode.objects.using(at).filter(level=0, place=3).delete(),
        ["ledger_node 0/3", "ledger_node rows"],
    ),
    "an added node": (
        lambda at: LedgerNode.objects.using(at).create(level=9, place=9, hash=b"0" * 32),
        ["ledger_node rows"],
    ),
    "the root": (
        lambda at: LedgerHead.objects.using(at).update(root=b"0" * 32),
        ["ledger_head root"],
    ),
    "the time": (
        lambda at: LedgerHead.objects.using(at).update(at=""),
        ["ledger_head at"],
    ),
    "the size": (
        lambda at: LedgerHead.objects.using(at).update(size=8),
        ["ledger_head size"],
    ),
    "a checkpoint": (
        lambda at: LedgerCheckpoint.objects.using(at).filter(size=6).update(note=b"x"),
        ["ledger_checkpoint 6"],
    ),
    "an entry's column": (
        lambda at: LedgerEntry.objects.using(at).filter(index=4).update(kind="lamp.spoken"),
        ["ledger_entry 4 kind"],
    ),
    "an entry's key": (
        lambda at: LedgerEntry.objects.using(at).filter(index=4).update(key=None),
        ["ledger_entry 4 key"],
    ),
}


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("stream_row SET ends = 'x' WHERE stream = 'lamp/1'", ["stream_row lamp/1 ends"]),
        ("ledger_node SET hash = 'x' WHERE level = 1 AND place = 2", ["ledger_node 1/2"]),
        ("ledger_head SET root = 'x'", ["ledger_head root"]),
        ("ledger_checkpoint SET note = 'x' WHERE size = 6", ["ledger_checkpoint 6"]),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_only_sqlite_lets_a_column_hold_is_named(
    store: Store, change: str, expected: list[str]
) -> None:
    """SQLite takes text for bytes and for moments."""
    with connections[store.alias].cursor() as cursor:
        cursor.execute(f"UPDATE {change}")
    assert places(store) == expected


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_is_named(store: Store, name: str) -> None:
    change, expected = CHANGES[name]
    change(store.alias)
    assert places(store) == expected


@pytest.mark.usefixtures("ledger")
def test_a_changed_entry_shows_in_the_tree_and_the_checkpoints(store: Store) -> None:
    entries = LedgerEntry.objects.using(store.alias)
    content = bytes(entries.get(index=4).content)
    entries.filter(index=4).update(content=content.replace(b'"by":1', b'"by":2'))
    found = places(store)
    assert {
        "ledger_node 0/4",
        "ledger_node 1/2",
        "ledger_checkpoint 6",
        "ledger_checkpoint 9",
        "ledger_head root",
        "stream_row lamp/1 state",
    } <= set(found)


@pytest.mark.usefixtures("ledger")
def test_a_lost_entry_is_a_gap(store: Store) -> None:
    LedgerEntry.objects.using(store.alias).filter(index=4).delete()
    found = places(store)
    assert "ledger_entry 4 index" in found
    assert "ledger_entry 6 number" in found
    assert "ledger_checkpoint 9" in found


@pytest.mark.usefixtures("ledger")
def test_an_entry_of_an_aggregate_that_nobody_knows_is_named(store: Store) -> None:
    found = replay([], alias=store.alias).differences
    assert found[0].place == "ledger_entry 0"
    assert "lamp, which nobody knows" in found[0].held


def test_rows_are_rebuilt_after_an_upgrade(ledger: DatabaseLedger, store: Store) -> None:
    """The new version has another title."""

    def columns(state: Lamp) -> Columns:
        return Columns(stage="up", title=f"height {state.height}")

    newer = Projection(aggregate=LAMP, columns=columns)
    before = rebuild([newer], alias=store.alias)
    assert {one.place.split()[0] for one in before.differences} == {"stream_row"}
    assert replay([newer], alias=store.alias).differences == ()
    titles = StreamRow.objects.using(store.alias).values_list("title", flat=True)
    assert set(titles) == {"height 3"}
    assert ledger.head().size == 9


@pytest.mark.usefixtures("ledger")
def test_rows_are_not_rebuilt_from_entries_that_do_not_hold(store: Store) -> None:
    LedgerNode.objects.using(store.alias).filter(level=0, place=3).delete()
    StreamRow.objects.using(store.alias).update(title="x")
    with pytest.raises(RefusedError, match="ledger_node 0/3"):
        rebuild([LAMPS], alias=store.alias)
    assert StreamRow.objects.using(store.alias).filter(title="x").count() == 3


def test_a_checkpoint_is_signed_once_for_a_head(
    ledger: DatabaseLedger, store: Store, key: VerifierKey, signer: FileSigner
) -> None:
    checkpoints = Checkpoints(ledger, alias=store.alias)
    first, second = checkpoints.all()
    assert (first.checkpoint.size, second.checkpoint.size) == (6, 9)
    assert checkpoints.sign(key, signer) == second == checkpoints.latest()
    assert second.checkpoint.root == ledger.head().root
    assert second.trust([key]).ledger == (key,)


def test_a_new_key_signs_the_same_head_too(
    ledger: DatabaseLedger, store: Store, key: VerifierKey, tmp_path_factory: Any
) -> None:
    other, _ = load_or_make_signer(tmp_path_factory.mktemp("other") / "new.pem")
    rotated = key_from_pem("ledger.example", other.public_pem)
    signed = Checkpoints(ledger, alias=store.alias).sign(rotated, other)
    assert set(signed.trust([key, rotated]).ledger) == {key, rotated}


def test_a_ledger_that_does_not_continue_its_checkpoint_is_not_signed(
    ledger: DatabaseLedger, store: Store, key: VerifierKey, signer: FileSigner
) -> None:
    checkpoints = Checkpoints(ledger, alias=store.alias)
    LedgerNode.objects.using(store.alias).filter(level=3, place=0).update(hash=b"0" * 32)
    with pytest.raises(RefusedError, match="does not continue its checkpoint"):
        checkpoints.sign(key, signer)
    assert LedgerCheckpoint.objects.using(store.alias).count() == 2
