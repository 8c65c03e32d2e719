"""The drill: everything is lost, a backup and the keys' own copies bring it back."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from lamp import LAMP, LAMPS, Move, lamp, setting
from made_up_ledger import ORIGIN, STRANGER
from stores import Store, named

from seatrial.adapters.blobs.blob_folder import BlobFolder
from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.blobs.sealing import SealedBlobs
from seatrial.adapters.store.backup import BackedUp, back_up, is_vouched_for, restore
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.data_folder import DataFolder
from seatrial.adapters.store.database_copy import copy_database
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.ledger_keys import LedgerKeys
from seatrial.adapters.store.models import StreamRow
from seatrial.adapters.store.replay import replay
from seatrial.adapters.store.restored import check_restored
from seatrial.adapters.store.restoring import restoring
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, RefusedError, UnavailableError
from seatrial.core.sealed.blob import BLOBS
from seatrial.core.sealed.case_key import CASE_KEYS
from seatrial.formats.ledger_checkpoint import sign_checkpoint
from seatrial.formats.note_key import key_from_pem

PROJECTIONS = (LAMPS, BLOBS, CASE_KEYS)
KEPT, PURGED = CaseId("kept"), CaseId("purged")


def folder_of(store: Store, path: Path) -> DataFolder:
    return DataFolder(path=path, database=store.where, operator_key=path / "operator.key")


class Portal:
    """What stands on one data folder and one database."""

    def __init__(self, store: Store, path: Path) -> None:
        self.data = folder_of(store, path)
        self.alias = store.alias
        self.ledger = DatabaseLedger(PROJECTIONS, alias=store.alias)
        self.checkpoints = Checkpoints(self.ledger, alias=store.alias)
        self.keys = LedgerKeys(self.data.ledger_keys)
        self.custody = Custody(self.data.case_keys, self.data.operator_key)
        folder = BlobFolder(self.data.sealed)
        self.blobs = SealedBlobs(self.ledger, folder, self.custody, alias=store.alias)

    def back_up(self, folder: Path) -> BackedUp:
        return back_up(self.data, self.custody, self.checkpoints, self.keys, folder)


@pytest.fixture
def portal(store: Store, tmp_path: Path) -> Portal:
    """A portal with twenty entries and two cases with sealed content."""
    portal = Portal(store, tmp_path / "data")
    for number in range(20):
        portal.ledger.handle(LAMP, lamp(str(number % 3)), Move(by=1), setting(number))
    for case in (KEPT, PURGED):
        portal.blobs.seal(case, BytesIO(f"content of {case}".encode()), "text/plain", setting())
    for name in ("certificate-codes", "documents"):
        (portal.data.path / name).mkdir(exist_ok=True)
        (portal.data.path / name / "one").write_text(f"of {name}")
    return portal


@pytest.fixture
def elsewhere(
    store: Store,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Store]:
    """An empty database of the same sort, not even migrated."""
    if store.vendor == "sqlite":
        place: AbstractContextManager[Store] = named(str(tmp_path / "new.sqlite3"), "sqlite")
    else:
        server = request.getfixturevalue("postgres_server")
        place = named(server.url(server.create()), "postgresql")
    with place as empty:
        yield empty


@pytest.fixture
def backup(portal: Portal, tmp_path: Path) -> Path:
    portal.back_up(tmp_path / "backup")
    return tmp_path / "backup"


def restored(backup: Path, store: Store, data: Path, lost: Portal) -> Portal:
    """Restore, and put back the private keys from their own copies."""
    restore(backup, folder_of(store, data))
    shutil.copy(lost.data.operator_key, data)
    shutil.copy(lost.keys.private, data / "keys")
    return Portal(store, data)


def nowhere(database: str) -> str:
    """Name a database that is not there."""
    return database.replace("test_", "none_").replace(".sqlite3", "/none.sqlite3")


def digest_of(portal: Portal, case: CaseId) -> str:
    rows = StreamRow.objects.using(portal.alias).filter(aggregate="sealed", case=case)
    return f"sha256:{rows.get().stream.removeprefix('sealed/')}"


def read(portal: Portal, case: CaseId) -> bytes:
    return portal.blobs.read(digest_of(portal, case), "drill", setting())  # type: ignore[arg-type]  # a digest's text


def test_everything_comes_back_and_goes_on(
    portal: Portal, backup: Path, elsewhere: Store, tmp_path: Path
) -> None:
    head = portal.checkpoints.latest()
    assert head is not None
    again = restored(backup, elsewhere, tmp_path / "new", portal)

    found = check_restored(again.ledger, head, again.keys.known(), [head], alias=elsewhere.alias)
    assert (found.entries, found.missing) == (24, 0)
    assert read(again, KEPT) == b"content of kept"
    for name in ("certificate-codes", "documents"):
        assert (again.data.path / name / "one").read_text() == f"of {name}"
    again.ledger.handle(LAMP, lamp("0"), Move(by=1), setting(99))
    assert again.checkpoints.sign(*again.keys.signer()).checkpoint.size == 26
    assert replay(PROJECTIONS, alias=elsewhere.alias).differences == ()


def test_a_backup_holds_no_private_key(portal: Portal, backup: Path) -> None:
    secrets = [
        portal.data.operator_key.read_bytes().splitlines()[-1],
        str(portal.custody.identity(KEPT)).encode(),
        portal.keys.private.read_bytes().splitlines()[1],
    ]
    files = [path.read_bytes() for path in backup.rglob("*") if path.is_file()]
    assert [one for one in secrets if any(one in content for content in files)] == []


def test_what_is_purged_opens_in_no_backup(
    portal: Portal, backup: Path, elsewhere: Store, tmp_path: Path
) -> None:
    """Neither in those from before, nor in those from after."""
    portal.blobs.purge(PURGED, "retention", setting())
    later = portal.back_up(tmp_path / "later")
    assert later.renewed
    assert not portal.back_up(tmp_path / "latest").renewed

    before = restored(backup, elsewhere, tmp_path / "new", portal)
    with pytest.raises(UnavailableError, match="does not open"):
        read(before, PURGED)
    # The same database, with the case keys of the later backup.
    shutil.rmtree(tmp_path / "new" / "case-keys")
    shutil.copytree(tmp_path / "later" / "case-keys", tmp_path / "new" / "case-keys")
    with pytest.raises(UnavailableError, match="purged has no key"):
        read(before, PURGED)
    assert read(before, KEPT) == b"content of kept"


def test_a_purge_while_a_backup_is_made_is_covered_by_the_next(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = portal.checkpoints.sign

    def purge_and_sign(*given: object) -> object:
        portal.blobs.purge(PURGED, "retention", setting())
        return sign(*given)  # type: ignore[arg-type]  # handed through

    with monkeypatch.context() as patch:
        patch.setattr(portal.checkpoints, "sign", purge_and_sign)
        assert not portal.back_up(tmp_path / "first").renewed
    assert portal.back_up(tmp_path / "second").renewed


def test_a_backup_that_fails_leaves_nothing_and_keeps_the_old_key(
    portal: Portal, tmp_path: Path
) -> None:
    portal.blobs.purge(PURGED, "retention", setting())
    there, portal.data = portal.data, replace(portal.data, database=nowhere(portal.data.database))
    with pytest.raises(UnavailableError):
        portal.back_up(tmp_path / "backup")
    portal.data = there
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]
    assert len(portal.custody._identities()) == 2
    assert read(portal, KEPT) == b"content of kept"


def test_a_copy_that_cannot_be_written_is_named(portal: Portal, tmp_path: Path) -> None:
    """A full disk, a folder that is gone: no raw error of the database's."""
    with pytest.raises(UnavailableError):
        copy_database(portal.data.database, tmp_path / "gone")


def test_entries_that_an_anchor_saw_and_the_backup_lacks_are_counted(
    portal: Portal, backup: Path, elsewhere: Store, tmp_path: Path
) -> None:
    head = portal.checkpoints.latest()
    portal.ledger.handle(LAMP, lamp("0"), Move(by=3), setting(50))
    anchored = portal.checkpoints.sign(*portal.keys.signer())
    again = restored(backup, elsewhere, tmp_path / "new", portal)
    assert head is not None
    found = check_restored(
        again.ledger, head, again.keys.known(), [anchored], alias=elsewhere.alias
    )
    assert (found.entries, found.missing) == (24, 3)


def test_whoever_rewrites_the_list_of_files_needs_the_ledgers_key(
    portal: Portal, backup: Path
) -> None:
    """Accounts are in no ledger: only the signed list keeps others from adding one."""
    known, listed = portal.keys.known(), backup / "manifest.json"
    assert is_vouched_for(backup, known)
    stranger = key_from_pem(known[0].name, STRANGER.public_pem)
    with pytest.raises(BadInputError, match="No key you trust signed"):
        is_vouched_for(backup, [stranger])
    content = listed.read_text()
    listed.write_text(content.replace('"sha256:', '"sha256:0', 1))
    with pytest.raises(BadInputError, match="No key you trust signed"):
        is_vouched_for(backup, known)
    (backup / "manifest.note").unlink()
    with pytest.raises(BadInputError, match=r"manifest\.note"):
        is_vouched_for(backup, known)
    listed.write_text(content.replace('"version": 2', '"version": 1'))
    assert not is_vouched_for(backup, known)


def test_an_anchored_head_that_nobody_trusted_signed_is_no_anchor(
    portal: Portal, backup: Path, elsewhere: Store, tmp_path: Path
) -> None:
    head = portal.checkpoints.latest()
    assert head is not None
    forged = sign_checkpoint(90, bytes(32), key_from_pem(ORIGIN, STRANGER.public_pem), STRANGER)
    again = restored(backup, elsewhere, tmp_path / "new", portal)
    with pytest.raises(BadInputError, match="signed the anchored head"):
        check_restored(again.ledger, head, again.keys.known(), [forged], alias=elsewhere.alias)


def test_a_ledger_that_an_anchor_contradicts_is_refused(
    portal: Portal, backup: Path, elsewhere: Store, tmp_path: Path
) -> None:
    head = portal.checkpoints.latest()
    again = restored(backup, elsewhere, tmp_path / "new", portal)
    assert head is not None
    with pytest.raises(BadInputError, match="No key you trust"):
        check_restored(again.ledger, head, [], alias=elsewhere.alias)
    StreamRow.objects.using(elsewhere.alias).filter(stream="lamp/0").update(stage="x")
    with pytest.raises(RefusedError, match="does not hold together"):
        check_restored(again.ledger, head, again.keys.known(), alias=elsewhere.alias)


@pytest.mark.parametrize("damage", ["changed", "missing", "added", "unfinished"])
def test_a_damaged_backup_is_not_restored(
    backup: Path, elsewhere: Store, tmp_path: Path, damage: str
) -> None:
    file = next(path for path in sorted((backup / "sealed").rglob("*")) if path.is_file())
    if damage == "changed":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "missing":
        file.unlink()
    elif damage == "added":
        (backup / "case-keys" / "new.json").write_text("{}")
    else:
        (backup / "manifest.json").unlink()
    with pytest.raises(BadInputError):
        restore(backup, folder_of(elsewhere, tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_folder_is_restored_whole_or_not_at_all(
    backup: Path, elsewhere: Store, tmp_path: Path
) -> None:
    """Whoever serves the folder meanwhile, or after an error, finds nothing in it."""
    data = folder_of(elsewhere, tmp_path / "new" / "data")
    if elsewhere.vendor == "sqlite":
        data = replace(data, database=str(data.path / "seatrial.sqlite3"))

    def killed() -> None:
        with restoring(data) as partial:
            restore(backup, partial)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert list((tmp_path / "new").iterdir()) == []
    if elsewhere.vendor == "sqlite":
        with restoring(data) as partial:
            restore(backup, partial)
            assert not data.path.exists()
        assert list((tmp_path / "new").iterdir()) == [data.path]
        assert Path(data.database).exists()
        with pytest.raises(BadInputError, match="there already"):
            killed()
        shutil.rmtree(data.path)
        data.path.touch()
        with pytest.raises(BadInputError, match="is no folder"):
            killed()


@pytest.mark.usefixtures("portal")
def test_nothing_is_overwritten(portal: Portal, backup: Path) -> None:
    with pytest.raises(BadInputError, match="there already"):
        portal.back_up(backup)
    with pytest.raises(BadInputError, match="there already"):
        restore(backup, portal.data)


def test_a_database_in_use_is_not_restored_into(
    backup: Path, tmp_path: Path, portal: Portal, store: Store
) -> None:
    with pytest.raises((BadInputError, UnavailableError)):
        restore(backup, folder_of(store, tmp_path / "new"))
    assert portal.ledger.head().size == 24
