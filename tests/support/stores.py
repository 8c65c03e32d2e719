"""Fresh databases for tests: migrated once, then copied."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from django.db import connections
from postgres_server import PostgresServer

from seatrial.adapters.store.setup import add_database, migrate

_ALIASES = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An empty store. where: for other processes. alias: for this one. vendor: which database."""

    where: str
    alias: str
    vendor: str


@contextmanager
def named(where: str, vendor: str) -> Iterator[Store]:
    """Name a database in this process, for a while."""
    alias = f"test{next(_ALIASES)}"
    add_database(alias, where)
    try:
        yield Store(where=where, alias=alias, vendor=vendor)
    finally:
        # The alias stays: Django's handlers of other threads may hold it.
        connections[alias].close()


class SqliteStores:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._template = folder / "template.sqlite3"
        with named(str(self._template), "sqlite") as store:
            migrate(store.alias)

    @contextmanager
    def fresh(self) -> Iterator[Store]:
        path = self._folder / f"{next(self._numbers)}.sqlite3"
        shutil.copy(self._template, path)
        with named(str(path), "sqlite") as store:
            yield store


class PostgresStores:
    """Copies of one migrated database."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._template = server.create()
        with named(server.url(self._template), "postgresql") as store:
            migrate(store.alias)

    @contextmanager
    def fresh(self) -> Iterator[Store]:
        name = self._server.create(self._template)
        with named(self._server.url(name), "postgresql") as store:
            yield store
        self._server.drop(name)
