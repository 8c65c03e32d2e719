"""The keeper's commands on a data folder, and the auditor's on what they export."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lamp import setting
from stores import SqliteStores, named

from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.models import StreamRow
from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.entry import StreamId
from seatrial.review.coverage.aggregate import COVERAGE
from seatrial.review.coverage.events import Asked
from seatrial.review.lists import PROJECTIONS

Run = Callable[..., subprocess.CompletedProcess[str]]


def seatrial(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "seatrial", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def data(sqlite_stores: SqliteStores, tmp_path: Path) -> Path:
    """A data folder whose ledger has three inquiries."""
    with sqlite_stores.fresh() as store:
        ledger = DatabaseLedger(PROJECTIONS, alias=store.alias)
        for number in range(3):
            asked = Asked(name=f"model {number}", facts=digest_bytes(b"facts"))
            ledger.handle(COVERAGE, StreamId(f"coverage/{number}"), asked, setting(number))
    # Closed, the database is one file.
    Path(store.where).rename(tmp_path / "seatrial.sqlite3")
    return tmp_path


@pytest.fixture
def ledger(data: Path) -> Run:
    return lambda *arguments: seatrial(data, "ledger", *arguments)


def test_a_ledger_is_signed_exported_and_verified_through_a_new_key(
    ledger: Run, data: Path
) -> None:
    unsigned = ledger("head", "--data", data)
    assert "3 entries" in unsigned.stdout
    assert "No head is signed yet." in unsigned.stdout
    assert "Latest checkpoint, of 3 entries" in ledger("head", "--data", data, "--sign").stdout
    exported = ledger("export", "first", "--data", data)
    first = exported.stdout.split("Key: ")[1].strip()
    assert "Everything agrees: 3 entries" in ledger("verify", "first", "--key", first).stdout

    rotated = ledger("rotate-key", "--data", data)
    second = rotated.stdout.split("the new key: ")[1].strip()
    ledger("export", "second", "--data", data)
    both = ledger("verify", "second", "--key", first, "--key", second).stdout
    assert f"Signed by {first}" in both
    assert f"Signed by {second}" in both


def test_replay_names_a_changed_row_and_rebuilds_it(ledger: Run, data: Path) -> None:
    assert "No difference." in ledger("replay", "--data", data).stdout
    with named(str(data / "seatrial.sqlite3"), "sqlite") as store:
        StreamRow.objects.using(store.alias).filter(stream="coverage/1").update(stage="answered")

    changed = ledger("replay", "--data", data)
    assert changed.returncode == 1
    assert "stream_row coverage/1 stage: answered is held, asked follows" in changed.stdout
    assert "written anew" in ledger("replay", "--data", data, "--rebuild").stdout
    assert "No difference." in ledger("replay", "--data", data).stdout


def test_a_missing_data_folder_is_named(ledger: Run) -> None:
    found = ledger("head", "--data", "nowhere")
    assert (found.returncode, "nowhere is no folder" in found.stderr) == (2, True)


def test_a_backup_is_restored_and_held_against_an_anchor(ledger: Run, data: Path) -> None:
    assert seatrial(data, "backup", "saved", "--data", data).returncode == 0
    key = data / "keys" / "ledger-keys.txt"
    ledger("head", "--data", data, "--sign")
    with named(str(data / "seatrial.sqlite3"), "sqlite") as store:
        asked = Asked(name="one more", facts=digest_bytes(b"facts"))
        later = DatabaseLedger(PROJECTIONS, alias=store.alias)
        later.handle(COVERAGE, StreamId("coverage/9"), asked, setting(9))
    ledger("export", "exported", "--data", data)
    anchored = ledger("anchor", "exported", "--to", data / "heads.txt", "--key", key)
    assert anchored.returncode == 0, anchored.stderr

    again = seatrial(data, "restore", "saved", "--data", "new", "--key", key)
    assert "Restored 3 entries" in again.stdout, again.stderr
    assert "No difference." in ledger("replay", "--data", "new").stdout
    behind = seatrial(
        data, "restore", "saved", "--data", "newer", "--key", key, "--anchor", data / "heads.txt"
    )
    assert behind.returncode == 3
    assert "An anchor has seen 1 entries more" in behind.stderr
