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

SEATRIAL = Path(sys.executable).parent / "seatrial"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server. seed: what `seed_portal.py` printed."""

    url: str
    data: Path
    seed: Mapping[str, Any]

    @property
    def log(self) -> str:
        """Give everything that the server said."""
        return (self.data / "server.log").read_text()

    def token(self, name: str) -> str:
        """Give the secret of a token."""
        return str(self.seed["tokens"][name])


def begun(data: Path) -> str:
    """Begin a portal; give the path of its first administrator's invitation."""
    begin = [str(SEATRIAL), "portal", "begin", "--data", str(data), "--name", "Office"]
    ran = subprocess.run(begin, check=True, capture_output=True, text=True)
    return ran.stdout.strip().splitlines()[-1]


def seeded(data: Path) -> Mapping[str, Any]:
    """Begin a portal and fill it."""
    begun(data)
    script = Path(__file__).parent / "seed_portal.py"
    ran = subprocess.run([sys.executable, script, data], check=True, capture_output=True, text=True)
    seed: Mapping[str, Any] = json.loads(ran.stdout)
    return seed


@contextmanager
def serving(
    data: Path, seed: Mapping[str, Any], *, rate: int = 1_000_000, port: int | None = None
) -> Iterator[Served]:
    """Serve. rate: requests a minute and token."""
    port = port or free_port()
    with (data / "server.log").open("ab") as log:
        process = start(data, port, log, rate)
        try:
            wait_for(port, process, data / "server.log")
            yield Served(url=f"http://127.0.0.1:{port}", data=data, seed=seed)
        finally:
            process.terminate()
            process.wait(timeout=20)


def start(data: Path, port: int, log: Any, rate: int) -> "subprocess.Popen[bytes]":
    """Start a server of one worker process."""
    return subprocess.Popen(
        [SEATRIAL, "serve", "--no-worker", "--data", data, "--port", str(port)],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=os.environ | {"SEATRIAL_WEB_WORKERS": "1", "SEATRIAL_API_RATE": str(rate)},
        start_new_session=True,
    )


def copy_of(served: Served, to: Path) -> Path:
    """Copy a portal's data, for a server of one's own."""
    shutil.copytree(served.data, to, ignore=shutil.ignore_patterns("server.log"))
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
