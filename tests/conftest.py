"""Databases for tests: `store` is a fresh one, once in SQLite and once in PostgreSQL."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from seatrial.adapters.store.setup import set_up

# A process has one configuration of Django, and models can be imported only after it: so here,
# before any test module is. DJANGO_SETTINGS_MODULE, set before, is obeyed.
set_up(":memory:")

# The same examples every time, so that a change is judged by itself and not by luck.
# `make soak` searches with new ones: `--hypothesis-profile=search`.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", max_examples=1000)
settings.load_profile("same")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[object]:
    """One server for this session's process; make databases in it with `create`."""
    from postgres_server import running_postgres  # noqa: PLC0415 - most sessions need no database

    # Only this process and its children are killed, never the machine: no need to wait for disks.
    with running_postgres("fsync=off", "max_connections=100") as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> object:
    from stores import SqliteStores  # noqa: PLC0415 - as above

    return SqliteStores(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_stores(postgres_server: object) -> object:
    from stores import PostgresStores  # noqa: PLC0415 - as above

    return PostgresStores(postgres_server)  # type: ignore[arg-type]  # what the fixture above gives


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[object]:
    """A fresh, migrated database: tests/support/stores.py."""
    name = {"sqlite": "sqlite_stores", "postgresql": "postgres_stores"}[request.param]
    with request.getfixturevalue(name).fresh() as fresh:
        yield fresh
