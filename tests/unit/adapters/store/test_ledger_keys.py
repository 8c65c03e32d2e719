"""A signing key is rotated whole: cut short at any point, the old one signs until it is gone on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lamp import LAMP, LAMPS, Move, lamp, setting
from stores import SqliteStores, Store

from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.core.ports import Signer
from seatrial.formats.ledger_checkpoint import SignedCheckpoint
from seatrial.formats.note_key import VerifierKey, key_from_pem


@pytest.fixture
def store(sqlite_stores: SqliteStores) -> Iterator[Store]:
    with sqlite_stores.fresh() as fresh:
        yield fresh


@pytest.fixture
def checkpoints(store: Store) -> Checkpoints:
    ledger = DatabaseLedger([LAMPS], alias=store.alias)
    ledger.handle(LAMP, lamp("1"), Move(by=1), setting())
    return Checkpoints(ledger, alias=store.alias)


@pytest.fixture
def keys(tmp_path: Path, checkpoints: Checkpoints) -> LedgerKeys:
    keys = LedgerKeys(tmp_path)
    checkpoints.sign(*keys.signer("ledger.example"))
    return keys


def cut_short(
    patch: pytest.MonkeyPatch, keys: LedgerKeys, checkpoints: Checkpoints, step: str
) -> None:
    """Kill at a step of a rotation."""
    sign, rename = checkpoints.sign, Path.rename

    def sign_so_often(key: VerifierKey, signer: Signer) -> SignedCheckpoint:
        if step == "the new key signs" and (key != keys.known()[0]):
            raise KeyboardInterrupt
        if step == "the old key signs" and key == keys.known()[0]:
            raise KeyboardInterrupt
        return sign(key, signer)

    def rename_others(path: Path, target: Path) -> Path:
        name = "ledger-keys.txt" if step == "the new key is known" else "ledger.pem"
        if not step.endswith("signs") and target.name == name:
            raise KeyboardInterrupt
        return rename(path, target)

    patch.setattr(checkpoints, "sign", sign_so_often)
    patch.setattr(Path, "rename", rename_others)


STEPS = ("the new key is known", "the old key signs", "the new key signs", "the old key goes")


@pytest.mark.parametrize("step", STEPS)
def test_a_rotation_that_was_killed_is_gone_on_with(
    keys: LedgerKeys, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (old,) = keys.known()
    with monkeypatch.context() as patch:
        cut_short(patch, keys, checkpoints, step)
        with pytest.raises(KeyboardInterrupt):
            keys.rotate(checkpoints)
    # Meanwhile the old one signs, and no signature is by a key that no file knows.
    assert checkpoints.sign(*keys.signer()).trust([old]).ledger == (old,)
    assert strangers(checkpoints, keys) == set()

    signed = keys.rotate(checkpoints)
    first, second = keys.known()
    assert (first, keys.signer()[0]) == (old, second)
    assert set(signed.trust([first, second]).ledger) == {first, second}
    beside = keys.private.with_suffix(".pub.pem").read_bytes()
    assert key_from_pem("ledger.example", beside) == second
    assert list(keys.private.parent.glob("*.new*")) == []


@pytest.mark.parametrize("step", ["the new key is known", "the new key signs", "the old key goes"])
def test_a_lost_key_is_replaced_though_that_was_killed(
    keys: LedgerKeys, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    keys.private.unlink()
    with monkeypatch.context() as patch:
        cut_short(patch, keys, checkpoints, step)
        with pytest.raises(KeyboardInterrupt):
            keys.rotate(checkpoints)
    assert strangers(checkpoints, keys) == set()
    keys.rotate(checkpoints)
    assert keys.signer()[0] == keys.known()[-1]
    assert len(keys.known()) == 2
    assert strangers(checkpoints, keys) == set()


def strangers(checkpoints: Checkpoints, keys: LedgerKeys) -> set[bytes]:
    """Which keys signed that no file names."""
    signed = {line.key_id for one in checkpoints.all() for line in one.note.signatures}
    return signed - {key.key_id for key in keys.known()}
