"""Backups: the database, sealed content, case keys as they are encrypted, the signed head.

No private key is in a backup. After a purge the operator's key is renewed before the backup and
the old key destroyed after it: then no earlier backup opens what was purged.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.durable_file import sync_folder, write_durably
from seatrial.adapters.store.checkpoints import Checkpoints
from seatrial.adapters.store.data_folder import FOLDERS, DataFolder
from seatrial.adapters.store.database_copy import copied_file, copy_database, load_database
from seatrial.adapters.store.ledger_keys import PUBLIC, WITNESSES, LedgerKeys
from seatrial.adapters.store.restoring import refuse_what_is_there
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, read_checkpoint

MANIFEST = "manifest.json"
"""Written last: a folder without it is no backup."""

HEAD = "head.txt"
VERSION = 1


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
        write_durably(partial / MANIFEST, json.dumps(to_json(manifest), indent=1).encode())
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
    return read_checkpoint((folder / HEAD).read_bytes(), place=str(folder / HEAD))


def _check_manifest(folder: Path) -> None:
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInputError(f"{folder} has no {MANIFEST}.", "Name the folder of a whole backup.")
    manifest = from_json(_Manifest, parse_json(path.read_bytes(), place=str(path)), place=str(path))
    if manifest.version != VERSION:
        raise BadInputError(
            f"{path} has form {manifest.version}; this software reads form {VERSION}.",
            "Restore it with the software that wrote it.",
        )
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
        if path.is_file() and path != folder / MANIFEST:
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
