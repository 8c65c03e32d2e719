"""A PostgreSQL server of the tests' own: Debian's package, on a socket in a folder of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

START_SECONDS = 60
PORT = 5432
"""Of the socket's name only: the server listens on no network."""


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """A running server. bin: its programs, `pg_dump` among them."""

    folder: Path
    bin: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql://seatrial@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database, as a copy of another; give its name."""
        name = f"test_{next(self.numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, database: str) -> None:
        """Remove a database and end whoever is connected."""
        self._run("DROP DATABASE {} WITH (FORCE)", database)

    def disconnect(self, url: str) -> None:
        """End every connection to a database, as a restart of the server does."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running_postgres(*settings: str) -> Iterator[PostgresServer]:
    """Start a server and stop it. settings: `name=value`. It ends when this process does."""
    programs = newest_programs()
    folder = Path(tempfile.mkdtemp(prefix="seatrial-postgres-"))
    # The server refuses to run as root.
    owner = [] if os.geteuid() else ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    if owner:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    as_owner = ["setpriv", "--pdeathsig", "INT", *owner]
    data = folder / "data"
    try:
        subprocess.run(
            [
                *(*as_owner, programs / "initdb", "--no-sync", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--username=seatrial", "-D", data),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        options = [option for one in settings for option in ("-c", one)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    *(*as_owner, programs / "postgres", "-D", data, "-p", str(PORT)),
                    *("-c", f"unix_socket_directories={folder}", "-c", "listen_addresses="),
                    *options,
                ],
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            wait_until_ready(folder, server)
            yield PostgresServer(folder=folder, bin=programs)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    finally:
        shutil.rmtree(folder)


def wait_until_ready(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server takes connections; show its log when it does not."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            psycopg.connect(host=str(folder), user="seatrial", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError((folder / "log").read_text())


def newest_programs() -> Path:
    """Give the folder with Debian's newest PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda one: one.parts)
    if not found:
        raise RuntimeError("Debian's package postgresql is missing: make packages")
    return found[-1].parent
