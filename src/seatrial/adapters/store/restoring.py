"""A data folder is restored whole or not at all. Needs no models: Django is set up in between."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import connections

from seatrial.adapters.durable_file import sync_folder
from seatrial.adapters.store.data_folder import FOLDERS, DataFolder
from seatrial.adapters.store.database import FILE
from seatrial.core.problem import BadInputError


@contextmanager
def restoring(data: DataFolder) -> Iterator[DataFolder]:
    """Give a data folder to restore into and to check; at the end all of it is moved to `data`.

    An error leaves nothing of it, and a kill nothing that anybody would serve: the database is
    moved last. What was loaded into a PostgreSQL database stays there.
    Raises: BadInputError when something is there already.
    """
    refuse_what_is_there(data)
    partial = data.path.with_name(f".{data.path.name}.{os.getpid()}.new")
    # A kill may have left one, of a process with the same number.
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    database = data.database if "://" in data.database else str(partial / FILE)
    try:
        yield replace(data, path=partial, database=database)
        # SQLite then has all in one file.
        connections.close_all()
        data.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in sorted(partial.iterdir(), key=lambda one: one.name == FILE):
            path.rename(data.path / path.name)
        sync_folder(data.path)
    finally:
        shutil.rmtree(partial)
    sync_folder(data.path.parent)


def refuse_what_is_there(data: DataFolder) -> None:
    """Say so when a data folder has anything that a backup brings. Raises: BadInputError."""
    if data.path.exists() and not data.path.is_dir():
        raise BadInputError(f"{data.path} is no folder.", "Restore into a new data folder.")
    database = () if "://" in data.database else (Path(data.database),)
    for path in (*(data.path / name for name in (*FOLDERS, "keys")), *database):
        if path.exists():
            raise BadInputError(f"{path} is there already.", "Restore into a new data folder.")
