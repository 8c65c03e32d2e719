"""The database of the durable work: which it is, and our own tables beside those of DBOS."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from seatrial.core.problem import UnavailableError

SETTING = "SEATRIAL_WORK_DATABASE"
"""Environment variable that names a PostgreSQL database; without it, SQLite in the data folder."""

FILE = "work.sqlite3"

BUSY_SECONDS = 30
"""How long a writer waits for SQLite's only write lock, as in the store."""

TABLES = sa.MetaData()

WORKERS = sa.Table(
    "seatrial_worker",
    TABLES,
    # One start of a worker; DBOS calls it an executor.
    sa.Column("executor", sa.String(100), primary_key=True),
    sa.Column("beat", sa.BigInteger, nullable=False),
)

BOARD = sa.Table(
    "seatrial_trial_board",
    TABLES,
    sa.Column("case", sa.String(200), primary_key=True),
    sa.Column("trial", sa.String(200), primary_key=True),
    sa.Column("planned", sa.Integer, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)

SAMPLES = sa.Table(
    "seatrial_trial_sample",
    TABLES,
    sa.Column("case", sa.String(200), primary_key=True),
    sa.Column("trial", sa.String(200), primary_key=True),
    sa.Column("role", sa.String(100), primary_key=True),
    sa.Column("sample", sa.String(200), primary_key=True),
    sa.Column("outcome", sa.String(100), nullable=False),
    sa.Column("model_calls", sa.BigInteger, nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("cost_usd", sa.Float),
)

LEASES = sa.Table(
    "seatrial_trial_lease",
    TABLES,
    sa.Column("case", sa.String(200), primary_key=True),
    sa.Column("trial", sa.String(200), primary_key=True),
    sa.Column("holder", sa.String(200), nullable=False),
    # Of the secret; empty when none is in force.
    sa.Column("digest", sa.String(71), nullable=False, index=True),
    # Seconds since 1970, by the clock of whoever wrote it.
    sa.Column("until", sa.Float, nullable=False),
    sa.Column("model", sa.String(500), nullable=False),
)


def work_database_of(data: Path) -> str:
    """Give the URL of the durable work's database, as SQLAlchemy wants it."""
    given = os.environ.get(SETTING)
    if not given:
        return f"sqlite:///{(data / FILE).absolute()}"
    url = sa.make_url(given).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@contextmanager
def answering() -> Iterator[None]:
    """Turn what the database says into our error. Raises: UnavailableError."""
    try:
        yield
    except SQLAlchemyError as error:
        # Its text may hold the address, and what was to be written.
        raise UnavailableError(
            f"The database of the durable work does not answer ({type(error).__name__}).",
            f"See that it runs, and that {SETTING} names it.",
        ) from error


@cache
def open_work_database(url: str) -> sa.Engine:
    """Connect, and make our tables where they are missing; one engine for the process.

    Raises: UnavailableError.
    """
    if url.startswith("sqlite:"):
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _write_ahead)
    else:
        engine = sa.create_engine(url, pool_pre_ping=True)
    with answering(), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two workers that start at once would both make them.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7325)"))
        TABLES.create_all(connection)
    return engine


def _write_ahead(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()
