"""Backups: the database, sealed content, case keys as they are encrypted, the signed head.

No private key is in a backup. After a purge the operator's key is renewed before the backup and
the old key destroyed after it: then no earlier backup opens what was purged.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.durable_file import sync_folder, write_durably
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.data_folder import FOLDERS, DataFolder
from seatrial.adapters.store.database_copy import copied_file, copy_database, load_database
from seatrial.adapters.store.ledger_keys import PUBLIC, WITNESSES, LedgerKeys
from seatrial.adapters.store.restoring import refuse_what_is_there
from seatrial.core.canonical import digest_bytes
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, read_checkpoint
from seatrial.formats.note import Note, check_note, note_bytes, read_note, sign_text
from seatrial.formats.note_key import KeyKind, VerifierKey

MANIFEST = "manifest.json"
"""Written last: a folder without it is no backup."""

NOTE = "manifest.note"
"""The manifest's digest, signed by the ledger's key: accounts and sessions are in no ledger."""

HEAD = "head.txt"
VERSION = 2
UNSIGNED = 1
"""The form of manifests before they were signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A finished backup. head: signed just before. renewed: the operator's key is a new one."""

    head: SignedCheckpoint
    files: int
    renewed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    version: int
    files: tuple["_File", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: str
    digest: str


def back_up(
    data: DataFolder, custody: Custody, checkpoints: Checkpoints, keys: LedgerKeys, folder: Path
) -> BackedUp:
    """Write a backup into a new folder, while everything is in use.

    Raises: BadInputError when the folder is there; UnavailableError, leaving no such folder.
    """
    if folder.exists():
        raise BadInputError(f"{folder} is there already.", "Name a new folder.")
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    partial.mkdir(parents=True, mode=0o700)
    try:
        renewed = custody.renew_after_purge()
        head = checkpoints.sign(*keys.signer())
        write_durably(partial / HEAD, head.content())
        copy_database(data.database, partial)
        # After the database, so that whatever it names is there.
        for name in FOLDERS:
            _copy_folder(data.path / name, partial / name)
        for name in (PUBLIC, WITNESSES):
            if (data.ledger_keys / name).exists():
                shutil.copy(data.ledger_keys / name, partial / name)
        files = tuple(_listed(partial))
        manifest = _Manifest(version=VERSION, files=files)
        content = json.dumps(to_json(manifest), indent=1).encode()
        key, signer = keys.signer()
        text = _signed_text(key.name, content)
        note = Note(text=text, signatures=(sign_text(text, key, signer),))
        write_durably(partial / NOTE, note_bytes(note))
        write_durably(partial / MANIFEST, content)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial)
        raise
    sync_folder(folder.parent)
    if renewed:
        custody.retire()
    return BackedUp(head=head, files=len(files), renewed=renewed)


def restore(folder: Path, data: DataFolder) -> SignedCheckpoint:
    """Put a backup into a new data folder and an empty database; give the head it was made at.

    The private keys come from elsewhere. The ledger is not checked yet: `check_restored`.
    Raises: BadInputError when the backup is not whole, or something is there already.
    """
    _check_manifest(folder)
    refuse_what_is_there(data)
    data.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    load_database(copied_file(folder), data.database)
    for name in FOLDERS:
        _copy_folder(folder / name, data.path / name)
    for name in (PUBLIC, WITNESSES):
        if (folder / name).exists():
            write_durably(data.ledger_keys / name, (folder / name).read_bytes())
    return _head(folder)


def is_vouched_for(folder: Path, keys: Collection[VerifierKey]) -> bool:
    """Say whether a trusted key of the ledger signed the list of a backup's files.

    Returns: False for the older form, which nobody signed.
    Raises: BadInputError when somebody else, or nobody, signed the present form.
    """
    content = _manifest_bytes(folder)
    if _read_manifest(folder, content).version == UNSIGNED:
        return False
    path, origin = folder / NOTE, _head(folder).checkpoint.origin
    note = read_note(path.read_bytes() if path.is_file() else b"", place=str(path))
    named = [key for key in keys if key.name == origin and key.kind is KeyKind.NOTE]
    found = check_note(note, named)
    if note.text != _signed_text(origin, content) or not found.valid or found.forged:
        raise BadInputError(
            f"No key you trust signed {folder / MANIFEST}, the list of the backup's files.",
            "Give the ledger's key, as auditors have it, with --key, or take another backup.",
        )
    return True


def _head(folder: Path) -> SignedCheckpoint:
    path = folder / HEAD
    return read_checkpoint(path.read_bytes() if path.is_file() else b"", place=str(path))


def _signed_text(origin: str, manifest: bytes) -> str:
    # No checkpoint reads so: the second line of one is a number.
    return f"{origin}\nbackup {digest_bytes(manifest)}\n"


def _manifest_bytes(folder: Path) -> bytes:
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInputError(f"{folder} has no {MANIFEST}.", "Name the folder of a whole backup.")
    return path.read_bytes()


def _read_manifest(folder: Path, content: bytes) -> _Manifest:
    path = folder / MANIFEST
    manifest = from_json(_Manifest, parse_json(content, place=str(path)), place=str(path))
    if manifest.version not in (UNSIGNED, VERSION):
        raise BadInputError(
            f"{path} has form {manifest.version}; this software reads form {VERSION}.",
            "Restore it with the software that wrote it.",
        )
    return manifest


def _check_manifest(folder: Path) -> None:
    manifest = _read_manifest(folder, _manifest_bytes(folder))
    named = {one.path: one.digest for one in manifest.files}
    found = {one.path: one.digest for one in _listed(folder)}
    for name in sorted(named.keys() | found.keys()):
        if named.get(name) != found.get(name):
            raise BadInputError(
                f"{folder / name} is missing, added or changed since the backup was made.",
                "Take another backup.",
            )


def _listed(folder: Path) -> Iterator[_File]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in (folder / MANIFEST, folder / NOTE):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield _File(path=str(path.relative_to(folder)), digest=f"sha256:{digest}")


def _copy_folder(source: Path, target: Path) -> None:
    """Copy what is there; a file that a purge removes meanwhile is left out."""
    target.mkdir(mode=0o700)
    for path in sorted(source.rglob("*")) if source.exists() else ():
        # Files that begin with a dot are being written.
        if path.is_file() and not path.name.startswith("."):
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                shutil.copyfile(path, copy)
            except FileNotFoundError:
                copy.unlink(missing_ok=True)
                continue
            with copy.open("rb") as file:
                os.fsync(file.fileno())
