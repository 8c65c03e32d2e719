"""When a head is due to be signed, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections
from lamp import LAMP, LAMPS, START, Move, lamp, setting
from stores import Store

from seatrial.adapters.keys import load_or_make_signer
from seatrial.adapters.store.checkpoint_duty import PAUSE, CheckpointDuty, SigningTimes
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.adapters.store.models import LedgerCheckpoint
from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import sign_checkpoint
from seatrial.formats.note_key import key_from_pem

TIMES = SigningTimes(entries=5, age=timedelta(hours=1))
SIGNERS = 6


class Kept:
    """A ledger, its checkpoints and its keys."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.alias = store.alias
        self.ledger = DatabaseLedger([LAMPS], alias=store.alias)
        self.checkpoints = Checkpoints(self.ledger, alias=store.alias)
        self.keys = LedgerKeys(folder / "keys")
        self.duty = self.new_duty()

    def new_duty(self) -> CheckpointDuty:
        """Another worker's, which remembers nothing."""
        return CheckpointDuty(self.ledger, self.checkpoints, self.keys, TIMES, alias=self.alias)

    def grow(self, count: int, seconds: float = 0) -> None:
        self.ledger.handle(LAMP, lamp("a"), Move(by=count), setting(seconds))

    def sign(self) -> int:
        return self.checkpoints.sign(*self.keys.signer()).checkpoint.size


@pytest.fixture
def kept(store: Store, tmp_path: Path) -> Kept:
    return Kept(store, tmp_path)


def at(**since: float) -> datetime:
    return START + timedelta(**since)


def test_growth_makes_it_due(kept: Kept) -> None:
    kept.grow(4)
    assert kept.duty.due(at()) is None
    kept.grow(1)
    assert kept.duty.due(at()) == 5
    assert kept.sign() == 5
    assert kept.duty.due(at(days=99)) is None, "nothing has grown"
    kept.grow(5)
    assert kept.duty.due(at()) == 10


def test_time_makes_it_due_by_the_first_entry_that_no_head_covers(kept: Kept) -> None:
    kept.grow(1)
    kept.grow(1, seconds=3000)
    assert kept.duty.due(at(minutes=59)) is None
    assert kept.new_duty().due(at(hours=1)) == 2
    kept.sign()
    kept.grow(1, seconds=4000)
    assert kept.duty.due(at(seconds=4000, minutes=59)) is None
    assert kept.duty.due(at(seconds=4000, hours=1)) == 3


def test_an_empty_ledger_is_not_signed(kept: Kept) -> None:
    assert kept.duty.due(at(days=99)) is None


def test_what_nobody_could_sign_is_due_again_after_a_pause(kept: Kept) -> None:
    kept.grow(5)
    assert kept.duty.due(at()) == 5
    assert kept.duty.due(at(seconds=5)) is None
    assert kept.duty.due(at() + PAUSE) == 5


def test_where_the_key_is_kept_elsewhere_nothing_is_due(kept: Kept) -> None:
    kept.grow(1)
    kept.sign()
    kept.grow(5)
    away = kept.keys.private.rename(kept.keys.private.with_name("away"))
    assert kept.duty.due(at()) is None
    away.rename(kept.keys.private)
    assert kept.duty.due(at()) == 6


def test_a_ledger_that_lost_entries_is_due_so_that_signing_says_it(kept: Kept) -> None:
    kept.grow(3)
    key, signer = kept.keys.signer()
    kept.checkpoints.keep(sign_checkpoint(9, bytes(32), key, signer))
    assert kept.duty.due(at()) == 3


def test_signers_at_once_sign_one_head_of_each_size_with_one_key(
    kept: Kept, tmp_path: Path
) -> None:
    """Also when none of them has found a key yet."""

    def work(number: int) -> list[str]:
        checkpoints, keys = (
            Checkpoints(kept.ledger, alias=kept.alias),
            LedgerKeys(tmp_path / "keys"),
        )
        seen = []
        for _ in range(5):
            kept.ledger.handle(LAMP, lamp(str(number)), Move(by=1), setting())
            seen.append(checkpoints.sign(*keys.signer()).note.text)
        return seen

    def closing(number: int) -> list[str]:
        try:
            return work(number)
        finally:
            connections[kept.alias].close()

    with ThreadPoolExecutor(SIGNERS) as threads:
        texts = {text for seen in threads.map(closing, range(SIGNERS)) for text in seen}

    (key,) = kept.keys.known()
    sizes = [int(text.split("\n")[1]) for text in texts]
    assert len(sizes) == len(set(sizes)), "two heads of one size"
    held = list(kept.checkpoints.all())
    assert {one.note.text for one in held} == texts
    for one in held:
        assert one.trust([key]).ledger == (key,)
        assert len(one.note.signatures) == 1
        assert one.checkpoint.root == kept.ledger.root(one.checkpoint.size)


def test_another_head_of_a_size_that_is_signed_is_not_kept(kept: Kept) -> None:
    kept.grow(3)
    kept.sign()
    (before,) = LedgerCheckpoint.objects.using(kept.alias).values_list("note", flat=True)
    key, signer = kept.keys.signer()
    with pytest.raises(BadInputError, match="two checkpoints"):
        kept.checkpoints.keep(sign_checkpoint(3, bytes(32), key, signer))
    (after,) = LedgerCheckpoint.objects.using(kept.alias).values_list("note", flat=True)
    assert bytes(after) == bytes(before)


def test_a_first_key_that_was_made_and_not_named_yet_is_named(kept: Kept) -> None:
    """A crash came between the two files."""
    signer, _ = load_or_make_signer(kept.keys.private)
    key, _ = kept.keys.signer("review.example/ledger")
    assert key == key_from_pem("review.example/ledger", signer.public_pem)
    assert kept.keys.known() == (key,)
