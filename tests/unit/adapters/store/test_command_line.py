"""The keeper's commands on a data folder, and the auditor's on what they export."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lamp import START, setting
from made_up_ledger import signer_of
from stores import SqliteStores, named

from seatrial.adapters.keys import load_or_make_signer
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.adapters.store.models import LedgerCheckpoint, StreamRow
from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.entry import StreamId
from seatrial.formats.ledger_checkpoint import (
    SignedCheckpoint,
    cosign_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from seatrial.formats.note_key import KeyKind, key_from_pem
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


def test_replay_names_a_head_that_no_key_of_the_ledger_signed(ledger: Run, data: Path) -> None:
    ledger("head", "--data", data, "--sign")
    with named(str(data / "seatrial.sqlite3"), "sqlite") as store:
        row = LedgerCheckpoint.objects.using(store.alias).get()
        text, line = bytes(row.note).split(b"\n\n")
        forged = line[:-20] + bytes(reversed(line[-20:-5])) + line[-5:]
        LedgerCheckpoint.objects.using(store.alias).update(note=text + b"\n\n" + forged)
    found = ledger("replay", "--data", data)
    assert found.returncode == 1
    assert "ledger_checkpoint 3: A signature that names trusted key" in found.stdout


def test_a_missing_data_folder_is_named(ledger: Run) -> None:
    found = ledger("head", "--data", "nowhere")
    assert (found.returncode, "nowhere is no folder" in found.stderr) == (2, True)


def test_a_database_that_is_damaged_or_missing_is_named(ledger: Run, data: Path) -> None:
    database = data / "seatrial.sqlite3"
    database.write_bytes(database.read_bytes()[:9000])
    for command in ("head", "replay"):
        found = ledger(command, "--data", data)
        assert (found.returncode, "The database is damaged" in found.stderr) == (4, True)
    database.unlink()
    found = ledger("head", "--data", data)
    assert (found.returncode, f"{database} is not there" in found.stderr) == (2, True)
    assert not database.exists()


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
    mistyped = seatrial(
        data, "restore", "saved", "--data", "newer", "--key", key, "--anchor", "head.txt"
    )
    assert (mistyped.returncode, "head.txt has no head of" in mistyped.stderr) == (2, True)
    # What was refused is not there to be served.
    assert not [path.name for path in data.iterdir() if "newer" in path.name]


def test_a_backup_whose_list_nobody_signed_is_taken_on_purpose_only(data: Path) -> None:
    assert seatrial(data, "backup", "saved", "--data", data).returncode == 0
    listed = data / "saved" / "manifest.json"
    listed.write_text(listed.read_text().replace('"version": 2', '"version": 1'))
    key = data / "keys" / "ledger-keys.txt"
    asked = ("restore", "saved", "--data", "new", "--key", key)

    refused = seatrial(data, *asked)
    assert (refused.returncode, "Nobody signed the list" in refused.stderr) == (3, True)
    assert not (data / "new").exists()
    taken = seatrial(data, *asked, "--unsigned")
    assert "look through accounts" in taken.stdout, taken.stderr


def test_a_witness_signs_and_the_keeper_takes_its_signature_in(ledger: Run, data: Path) -> None:
    """The whole way round: keeper, witness, keeper, auditor."""
    ledger("export", "first", "--data", data)
    key = data / "keys" / "ledger-keys.txt"
    witness = ("--name", "harbour.example", "--to", "heads.txt", "--key", key)
    own = ("--signing-key", "witness.pem", "--out", "signed.txt")
    said = ledger("witness", "first", *witness, *own, "--begin")
    theirs = said.stdout.split(" by ")[1].split()[0]

    unknown = ledger("take-in", "signed.txt", "--data", data)
    assert unknown.returncode == 2
    assert "No witness that is known here" in unknown.stderr
    taken = ledger("take-in", "signed.txt", "--data", data, "--witness", theirs)
    assert "Witnessed by harbour.example" in taken.stdout, taken.stderr
    # Known from now on, and in what auditors and backups get.
    assert ledger("take-in", "signed.txt", "--data", data).returncode == 0
    ledger("export", "second", "--data", data)
    assert theirs in (data / "second" / "keys.txt").read_text()
    trusting = ("--key", key, "--key", theirs, "--cosignatures", "1")
    verified = ledger("verify", "second", *trusting).stdout
    assert verified.count("Witnessed by harbour.example") == 1
    assert "the first 3 entries" in verified
    assert "Does not verify" in ledger("verify", "first", *trusting).stdout
    assert seatrial(data, "backup", "saved", "--data", data).returncode == 0
    assert seatrial(data, "restore", "saved", "--data", "new", "--key", key).returncode == 0
    assert (data / "new" / "keys" / "witness-keys.txt").read_text() == f"{theirs}\n"


def test_what_a_witness_did_not_sign_or_this_ledger_does_not_have_is_not_taken_in(
    ledger: Run, data: Path
) -> None:
    shown = ledger("head", "--data", data, "--sign").stdout
    note = data / "note.txt"
    note.write_text(shown.partition("entries:\n")[2])
    origin = note.read_text().partition("\n")[0]
    signer, stranger = signer_of(2), signer_of(3)
    key = key_from_pem("witness.example", signer.public_pem, kind=KeyKind.COSIGNATURE)
    head = read_checkpoint(note.read_bytes(), place="note")
    now = START

    def take_in(signed: SignedCheckpoint) -> str:
        note.write_bytes(signed.content())
        ran = ledger("take-in", note, "--data", data, "--witness", key)
        assert ran.returncode != 0
        return ran.stderr

    forged = cosign_checkpoint(head, key, stranger, at=now)
    assert "not by witness.example, whom it names" in " ".join(take_in(forged).split())
    unsigned = sign_checkpoint(
        3, head.checkpoint.root, key_from_pem(origin, stranger.public_pem), stranger
    )
    assert "No key of this ledger" in take_in(cosign_checkpoint(unsigned, key, signer, at=now))
    own = load_or_make_signer(data / "keys" / "ledger.pem")[0]
    lost = sign_checkpoint(9, head.checkpoint.root, key_from_pem(origin, own.public_pem), own)
    assert "and not the head" in take_in(cosign_checkpoint(lost, key, signer, at=now))
    assert ledger("head", "--data", data).stdout == shown
    assert not (data / "keys" / "witness-keys.txt").exists()

    # Of two witnesses, one known: the other's signature is left out.
    other = key_from_pem("other.example", stranger.public_pem, kind=KeyKind.COSIGNATURE)
    both = cosign_checkpoint(cosign_checkpoint(head, key, signer, at=now), other, stranger, at=now)
    note.write_bytes(both.content())
    assert ledger("take-in", note, "--data", data, "--witness", key).returncode == 0
    after = ledger("head", "--data", data).stdout
    assert ("witness.example" in after, "other.example" in after) == (True, False)
