"""A portal of the tests: seeded, served by gunicorn on a free port of loopback."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatrial.adapters.store.database import SETTING
from seatrial.adapters.store.database_copy import copied_file, copy_database, load_database

SEATRIAL = Path(sys.executable).parent / "seatrial"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server. seed: what `seed_portal.py` printed. database: URL; None for SQLite."""

    url: str
    data: Path
    seed: Mapping[str, Any]
    database: str | None = None

    @property
    def log(self) -> str:
        """Give everything that the server said."""
        return (self.data / "server.log").read_text()

    def token(self, name: str) -> str:
        """Give the secret of a token."""
        return str(self.seed["tokens"][name])


def environment(database: str | None) -> dict[str, str]:
    """Give this process's environment, and in it the database; None leaves it as it is."""
    return {**os.environ, **({SETTING: database} if database else {})}


def begun(data: Path, database: str | None = None) -> str:
    """Begin a portal; give the path of its first administrator's invitation."""
    begin = [str(SEATRIAL), "portal", "begin", "--data", str(data), "--name", "Office"]
    env = environment(database)
    ran = subprocess.run(begin, check=True, capture_output=True, text=True, env=env)
    return ran.stdout.strip().splitlines()[-1]


def seeded(data: Path, database: str | None = None) -> Mapping[str, Any]:
    """Begin a portal and fill it."""
    begun(data, database)
    script = [sys.executable, Path(__file__).parent / "seed_portal.py", data]
    env = environment(database)
    ran = subprocess.run(script, check=True, capture_output=True, text=True, env=env)
    seed: Mapping[str, Any] = json.loads(ran.stdout)
    return seed


@contextmanager
def serving(
    data: Path,
    seed: Mapping[str, Any],
    *,
    rate: int = 1_000_000,
    port: int | None = None,
    database: str | None = None,
) -> Iterator[Served]:
    """Serve. rate: requests a minute and token."""
    port = port or free_port()
    with (data / "server.log").open("ab") as log:
        process = start(data, port, log, rate, database)
        try:
            wait_for(port, process, data / "server.log")
            url = f"http://127.0.0.1:{port}"
            yield Served(url=url, data=data, seed=seed, database=database)
        finally:
            process.terminate()
            process.wait(timeout=20)


def start(
    data: Path, port: int, log: Any, rate: int, database: str | None = None
) -> "subprocess.Popen[bytes]":
    """Start a server of one worker process."""
    return subprocess.Popen(
        [SEATRIAL, "serve", "--no-worker", "--data", data, "--port", str(port)],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment(database) | {"SEATRIAL_WEB_WORKERS": "1", "SEATRIAL_API_RATE": str(rate)},
        start_new_session=True,
    )


def copy_of(served: Served, to: Path, database: str | None = None) -> Path:
    """Copy a portal's data, for a server of one's own. database: an empty one, if it has one."""
    shutil.copytree(served.data, to, ignore=shutil.ignore_patterns("server.log"))
    if served.database and database:
        copy_database(served.database, to)
        load_database(copied_file(to), database)
    return to


def free_port() -> int:
    """Give a port that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server answers."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(f"no answer: {log.read_text()}")
