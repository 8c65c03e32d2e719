"""The worker beside `seatrial serve`."""

import os
import signal
import subprocess
from pathlib import Path

from served_portal import SEATRIAL, free_port, seeded
from worker_portal import wait_until


def alive(data: Path) -> bool:
    """Say whether a worker of this folder runs."""
    mark = str(data).encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return any(b"seatrial.faces.cli.beside" in one and mark in one for one in found)


def test_serve_starts_a_worker_that_ends_with_it_also_when_it_is_killed(tmp_path: Path) -> None:
    seeded(tmp_path)
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [SEATRIAL, "serve", "--data", tmp_path, "--port", str(free_port())],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SEATRIAL_WEB_WORKERS": "1"},
            start_new_session=True,
        )
    try:
        wait_until(lambda: "works: trials, sweeps" in log.read_text(), "the worker", seconds=120)
        assert alive(tmp_path)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    wait_until(lambda: not alive(tmp_path), "the worker's end", seconds=60)
