from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_ledger import (
    KEY,
    ORIGIN,
    SIGNER,
    START,
    STRANGER,
    STRANGER_KEY,
    WITNESS,
    WITNESS_SIGNER,
    MadeUpLedger,
    entry,
    head_of,
    tree_of,
)

from seatrial.core.ledger.entry import StreamId, entry_bytes
from seatrial.core.ledger.tree import EMPTY_ROOT
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import Verified, check_ledger
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, cosign_checkpoint, sign_checkpoint
from seatrial.formats.note_key import KeyKind, key_from_pem

T = TypeVar("T")

KEYS = (KEY, WITNESS)


def check(ledger: MadeUpLedger, *anchors: SignedCheckpoint, cosignatures: int = 0) -> object:
    return check_ledger(
        ledger.leaves, ledger.heads, KEYS, anchors=anchors, cosignatures=cosignatures
    )


def code(found: object) -> str:
    assert isinstance(found, Finding), found
    return found.code


def test_an_export_in_which_everything_agrees_is_described() -> None:
    ledger = MadeUpLedger()
    found = check(ledger, head_of(ledger.leaves, 5), cosignatures=1)

    assert isinstance(found, Verified)
    assert found.head == ledger.heads[-1]
    assert found.trusted.ledger == (KEY,)
    assert found.trusted.witnesses == ((WITNESS, START.replace(microsecond=0) + timedelta(days=1)),)
    assert (found.checkpoints, found.anchors) == (4, 1)
    assert found.last == entry(9).at


def test_an_empty_ledger_agrees_with_its_signed_empty_head() -> None:
    head = sign_checkpoint(0, EMPTY_ROOT, KEY, SIGNER)
    found = check_ledger([], [head], KEYS, anchors=[head])

    assert isinstance(found, Verified)
    assert found.last is None


def swap(ledger: MadeUpLedger) -> None:
    ledger.leaves[2], ledger.leaves[3] = ledger.leaves[3], ledger.leaves[2]


def swap_within_a_stream(ledger: MadeUpLedger) -> None:
    ledger.leaves[1], ledger.leaves[4] = ledger.leaves[4], ledger.leaves[1]


def swap_heads(ledger: MadeUpLedger) -> None:
    ledger.heads[1], ledger.heads[2] = ledger.heads[2], ledger.heads[1]


def swap_the_roots_of_heads(ledger: MadeUpLedger) -> None:
    root = ledger.heads[1].checkpoint.root
    ledger.heads[2] = sign_checkpoint(7, root, KEY, SIGNER)


def go_back_in_time(ledger: MadeUpLedger) -> None:
    ledger.change(9, at=START - timedelta(milliseconds=1))


def use_a_key_again(ledger: MadeUpLedger) -> None:
    ledger.change(8, key="workflow/3")


def leave_a_number_out(ledger: MadeUpLedger) -> None:
    ledger.change(9, number=4)


def begin_a_stream_late(ledger: MadeUpLedger) -> None:
    ledger.change(9, stream=StreamId("submission/other"), number=1)


def sign_by_a_stranger(ledger: MadeUpLedger) -> None:
    tree = tree_of(ledger.leaves[:7])
    ledger.heads[2] = sign_checkpoint(7, tree.root(), STRANGER_KEY, STRANGER)


def sign_as_somebody_else(ledger: MadeUpLedger) -> None:
    """The trusted key's name and ID over another's signature."""
    tree = tree_of(ledger.leaves[:7])
    ledger.heads[2] = sign_checkpoint(7, tree.root(), KEY, STRANGER)


def cosign_as_somebody_else(ledger: MadeUpLedger) -> None:
    ledger.heads[-1] = cosign_checkpoint(head_of(ledger.leaves), WITNESS, STRANGER, at=START)


def only_a_witness_signs(ledger: MadeUpLedger) -> None:
    last = ledger.heads[-1].note
    ledger.heads[-1] = replace(ledger.heads[-1], note=replace(last, signatures=last.signatures[1:]))


def change_the_ledger(ledger: MadeUpLedger) -> None:
    other = key_from_pem("other.example/ledger", SIGNER.public_pem)
    tree = tree_of(ledger.leaves)
    ledger.heads.append(sign_checkpoint(10, tree.root(), other, SIGNER))


CHANGES: list[tuple[Callable[[MadeUpLedger], object], str]] = [
    (lambda one: one.change(5, facts={"what": "another"}), "root"),
    (lambda one: one.change(5, at=entry(5).at + timedelta(milliseconds=1)), "root"),
    (lambda one: one.leaves.pop(), "cut_short"),
    (lambda one: one.leaves.pop(5), "root"),
    (lambda one: one.leaves.pop(1), "numbering"),
    (lambda one: one.leaves.append(entry_bytes(entry(10))), "unsigned"),
    (lambda one: one.leaves.insert(5, one.leaves[5]), "numbering"),
    (lambda one: one.leaves.append(one.leaves[9]), "numbering"),
    (swap, "root"),
    (swap_within_a_stream, "numbering"),
    (go_back_in_time, "time"),
    (use_a_key_again, "key_twice"),
    (leave_a_number_out, "numbering"),
    (begin_a_stream_late, "numbering"),
    (lambda one: one.leaves.__setitem__(5, b"{}"), "unreadable"),
    (lambda one: one.leaves.__setitem__(5, b"\xff"), "unreadable"),
    (lambda one: one.leaves.__setitem__(5, one.leaves[5] + b" "), "unreadable"),
    (lambda one: one.leaves.__setitem__(5, b"[" * 10**5), "unreadable"),
    (lambda one: one.heads.clear(), "unsigned"),
    (lambda one: one.heads.pop(), "unsigned"),
    (swap_heads, "order"),
    (swap_the_roots_of_heads, "root"),
    (sign_by_a_stranger, "signer_unknown"),
    (sign_as_somebody_else, "signature"),
    (cosign_as_somebody_else, "signature"),
    (only_a_witness_signs, "signer_unknown"),
    (change_the_ledger, "signer_unknown"),
]


@pytest.mark.parametrize(
    ("change", "expected"), CHANGES, ids=[f"{i}-{code}" for i, (_, code) in enumerate(CHANGES)]
)
def test_each_change_is_named(change: Callable[[MadeUpLedger], object], expected: str) -> None:
    ledger = MadeUpLedger()
    change(ledger)

    assert code(check(ledger)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (go_back_in_time, "time"),
        (use_a_key_again, "key_twice"),
        (leave_a_number_out, "numbering"),
        (swap_within_a_stream, "numbering"),
    ],
)
def test_a_keeper_who_signs_disorder_is_found_out_too(
    change: Callable[[MadeUpLedger], object], expected: str
) -> None:
    ledger = MadeUpLedger()
    change(ledger)
    ledger.sign_again()

    assert code(check(ledger)) == expected


def test_not_every_head_must_be_in_the_export() -> None:
    ledger = MadeUpLedger()
    ledger.heads.pop(0)

    assert isinstance(check(ledger), Verified)


def test_history_that_was_rewritten_and_signed_again_contradicts_its_anchor() -> None:
    ledger = MadeUpLedger()
    anchored = ledger.heads[2]
    ledger.change(5, facts={"what": "another"})
    ledger.sign_again()

    assert isinstance(check(ledger), Verified)
    found = check(ledger, anchored)
    assert code(found) == "root"
    assert "anchor" in str(found)
    assert str(anchored.checkpoint) in str(found)


def test_history_that_was_cut_off_and_signed_again_lacks_what_the_anchor_saw() -> None:
    ledger = MadeUpLedger()
    anchored = ledger.heads[3]
    del ledger.leaves[7:], ledger.heads[3:]

    assert isinstance(check(ledger), Verified)
    assert code(check(ledger, anchored)) == "cut_short"


def test_an_anchor_of_another_ledger_or_by_a_stranger_is_not_passed_over() -> None:
    ledger = MadeUpLedger()
    tree = tree_of(ledger.leaves[:7])
    other = key_from_pem("other.example/ledger", SIGNER.public_pem)
    elsewhere = sign_checkpoint(7, tree.root(), other, SIGNER)
    stranger = sign_checkpoint(7, tree.root(), STRANGER_KEY, STRANGER)

    found = check_ledger(ledger.leaves, ledger.heads, (*KEYS, other), anchors=[elsewhere])
    assert code(found) == "origin"
    assert code(check(ledger, stranger)) == "signer_unknown"


def test_heads_of_an_old_and_a_new_key_are_trusted_when_both_are_given() -> None:
    ledger = MadeUpLedger()
    new = sign_checkpoint(10, tree_of(ledger.leaves).root(), STRANGER_KEY, STRANGER)
    ledger.heads[-1] = new

    assert isinstance(check_ledger(ledger.leaves, ledger.heads, (KEY, STRANGER_KEY)), Verified)
    for one in (KEY, STRANGER_KEY):
        assert code(check_ledger(ledger.leaves, ledger.heads, (one,))) == "signer_unknown"


def test_without_a_trusted_key_the_signer_is_unknown() -> None:
    ledger = MadeUpLedger()

    assert code(check_ledger(ledger.leaves, ledger.heads, ())) == "signer_unknown"
    assert code(check_ledger(ledger.leaves, ledger.heads, (WITNESS,))) == "signer_unknown"


def test_a_witness_counts_once_however_often_it_signed() -> None:
    ledger = MadeUpLedger()
    again = datetime(2026, 7, 1, tzinfo=UTC)
    ledger.heads[-1] = cosign_checkpoint(ledger.heads[-1], WITNESS, WITNESS_SIGNER, at=again)
    found = check(ledger, cosignatures=1)

    assert isinstance(found, Verified)
    assert found.trusted.witnesses == ((WITNESS, again),)
    assert code(check(ledger, cosignatures=2)) == "cosignatures"


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9), st.data())
def test_no_byte_of_an_entry_can_change(index: int, data: st.DataObject) -> None:
    ledger = MadeUpLedger()
    leaf = ledger.leaves[index]
    position = data.draw(st.integers(0, len(leaf) - 1))
    bit = data.draw(st.integers(0, 7))
    ledger.leaves[index] = (
        leaf[:position] + bytes([leaf[position] ^ 1 << bit]) + leaf[position + 1 :]
    )

    assert isinstance(check(ledger), Finding)


@settings(deadline=None, max_examples=60)
@given(st.permutations(range(10)))
def test_no_other_order_of_the_entries_verifies(order: list[int]) -> None:
    ledger = MadeUpLedger()
    ledger.leaves = [ledger.leaves[index] for index in order]

    assert isinstance(check(ledger), Verified) == (order == sorted(order))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 30), max_size=8), st.lists(st.integers(0, 30), max_size=4))
def test_any_heads_and_anchors_of_one_history_agree(heads: list[int], anchors: list[int]) -> None:
    ledger = MadeUpLedger(size=30, heads=(*sorted(heads), 30))
    kept = [head_of(ledger.leaves, size) for size in anchors]

    found = check(ledger, *kept)
    assert isinstance(found, Verified), found
    assert (found.checkpoints, found.anchors) == (len(heads) + 1, len(anchors))
    assert found.head.checkpoint.origin == ORIGIN


def test_both_files_are_read_as_they_come() -> None:
    """An entry and a head are asked for only when the ones before are done with."""
    ledger = MadeUpLedger(size=300, heads=(100, 200, 300))
    ledger.heads[0] = sign_checkpoint(100, ledger.heads[1].checkpoint.root, KEY, SIGNER)
    given_out = {"leaves": 0, "heads": 0}

    def counted(name: str, items: list[T]) -> Iterator[T]:
        for item in items:
            given_out[name] += 1
            yield item

    found = check_ledger(counted("leaves", ledger.leaves), counted("heads", ledger.heads), KEYS)

    assert code(found) == "root"
    assert given_out == {"leaves": 100, "heads": 2}


def test_kinds_of_keys_do_not_stand_in_for_each_other() -> None:
    """A witness's key is no ledger key, even with the ledger's name."""
    ledger = MadeUpLedger(heads=())
    key = key_from_pem(ORIGIN, SIGNER.public_pem, kind=KeyKind.COSIGNATURE)
    head = head_of(ledger.leaves)
    cosigned = cosign_checkpoint(head, key, SIGNER, at=START)
    only = replace(cosigned, note=replace(cosigned.note, signatures=cosigned.note.signatures[1:]))

    assert code(check_ledger(ledger.leaves, [only], (key,))) == "signer_unknown"
    assert code(check_ledger(ledger.leaves, [only], (key, KEY))) == "signer_unknown"


def test_it_is_said_between_which_heads_an_entry_was_changed() -> None:
    ledger = MadeUpLedger()
    ledger.change(5, facts={"what": "another"})
    found = check(ledger)
    assert isinstance(found, Finding)
    assert "lines 5 to 7" in found.what
    ledger = MadeUpLedger(heads=(10,))
    ledger.change(5, facts={"what": "another"})
    assert "lines 1 to 10" in str(check(ledger))
