"""Which database holds the store, as Django's settings say it."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from seatrial.core.problem import BadInputError

BUSY_SECONDS = 30
"""How long a writer waits for SQLite's only write lock before it gives up."""

SETTING = "SEATRIAL_DATABASE"
"""Environment variable that names a PostgreSQL database; without it, SQLite in the data folder."""

FILE = "seatrial.sqlite3"


def database_of(data: Path) -> str:
    """Give URL or path of the database that belongs to a data folder."""
    return os.environ.get(SETTING) or str(data / FILE)


def database_settings(where: str | Path) -> dict[str, Any]:
    """Give one entry of Django's DATABASES.

    where: `postgresql://user:password@host:port/name?option=value` (a folder as `host` is that of
    the server's socket), or the path of an SQLite file.
    Raises: BadInputError for any other scheme.
    """
    text = str(where)
    if "://" not in text:
        return _sqlite(text)
    url = urlsplit(text)
    if url.scheme not in ("postgres", "postgresql"):
        raise BadInputError(
            f"{SETTING} names a {url.scheme} database.",
            "Give postgresql://user:password@host/name, or nothing for SQLite.",
        )
    options: dict[str, Any] = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", unquote(url.hostname or "")),
        "PORT": str(url.port or options.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # A thread keeps its connection.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_SECONDS,
            # A transaction that reads first and writes later would fail when another wrote between.
            "transaction_mode": "IMMEDIATE",
            # FULL: a commit is on the disk when it is acknowledged, also in WAL mode.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
