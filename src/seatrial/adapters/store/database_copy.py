"""A copy of a database as of one moment, and a database from a copy."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from seatrial.adapters.durable_file import sync_folder
from seatrial.core.problem import BadInputError, UnavailableError

SQLITE = "database.sqlite3"
POSTGRES = "database.dump"


def copy_database(where: str, folder: Path) -> Path:
    """Copy a database into a folder while it is in use; give the file.

    Source: SQLite's online backup; PostgreSQL's pg_dump, custom format.
    Raises: UnavailableError when it cannot be copied whole.
    """
    if "://" in where:
        path = folder / POSTGRES
        _run("pg_dump", where, "--format=custom", "--no-owner", f"--file={path}")
        return path
    path = folder / SQLITE
    try:
        with closing(_opened(where)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise UnavailableError(
            f"{where} cannot be copied to {path}: {error}.",
            "Make room there, or name another folder; nothing of this copy is kept.",
        ) from error
    _check(path)
    return path


def load_database(copy: Path, where: str) -> None:
    """Make a database from a copy of the same sort. Nothing may be there yet.

    Raises: BadInputError when something is, or the sorts differ; UnavailableError.
    """
    if (copy.name == POSTGRES) != ("://" in where):
        raise BadInputError(
            f"{copy.name} is no copy of such a database as {_shown(where)}.",
            "Set SEATRIAL_DATABASE as it was where the backup was made.",
        )
    if copy.name == POSTGRES:
        # One transaction, without leave to replace anything: a database in use is refused whole.
        options = ("--no-owner", "--exit-on-error", "--single-transaction")
        _run("pg_restore", where, *options, copy, option="--dbname")
        return
    path = Path(where)
    if path.exists():
        raise BadInputError(f"{path} is there already.", "Restore into a new data folder.")
    _check(copy)
    partial = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        shutil.copyfile(copy, partial)
        partial.chmod(0o600)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def copied_file(folder: Path) -> Path:
    """Give the copy in a folder. Raises: BadInputError when there is none."""
    for name in (SQLITE, POSTGRES):
        if (folder / name).is_file():
            return folder / name
    raise BadInputError(f"{folder} has no copy of a database.", "Name the folder of a backup.")


def _opened(where: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"file:{where}?mode=rw", uri=True)
    except sqlite3.OperationalError as error:
        raise UnavailableError(f"{where}: {error}.", "Name the data folder.") from error


def _check(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    finally:
        connection.close()
    if found != "ok":
        raise UnavailableError(f"{path} is damaged: {found}.", "Take another backup.")


def _run(program: str, url: str, *arguments: object, option: str = "--dbname") -> None:
    public, environment = _without_password(url)
    command = [_program(program), *map(str, arguments), f"{option}={public}"]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UnavailableError(
            f"{program}: {said[0] if said else 'it failed'}.",
            "See that the database is there, empty for a restore, and takes this user.",
        )


def _without_password(url: str) -> tuple[str, Mapping[str, str]]:
    """Part a URL from its password, which must not show in the list of processes."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, {}
    user, _, place = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{user.partition(':')[0]}@{place}")
    return urlunsplit(bare), {"PGPASSWORD": unquote(parts.password)}


def _shown(where: str) -> str:
    return _without_password(where)[0] if "://" in where else where


def _program(name: str) -> str:
    # Debian keeps the programs of each version in a folder of its own; the newest reads all.
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise UnavailableError(f"{name} is missing.", "Install the package postgresql-client.")
    return found


def _version(path: Path) -> int:
    text = path.parts[-3]
    return int(text) if text.isdigit() else 0
