"""The worker beside `seatrial serve`."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from served_portal import SEATRIAL, free_port, seeded
from worker_portal import wait_until


def workers(data: Path) -> list[Path]:
    """Give the processes of this folder's workers."""
    mark = str(data).encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if b"seatrial.faces.cli.beside" in line and mark in line:
            found.append(path)
    return found


def internet_sockets(process: Path) -> set[str]:
    """Give the TCP and UDP sockets of a process, by inode."""
    held = set()
    for one in (process / "fd").iterdir():
        with contextlib.suppress(OSError):
            held.add(str(one.readlink()))
    known = {
        f"socket:[{line.split()[9]}]"
        for name in ("tcp", "tcp6", "udp", "udp6")
        for line in (process / "net" / name).read_text().splitlines()[1:]
    }
    return held & known


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
        (worker,) = workers(tmp_path)
        assert internet_sockets(worker) == set(), "a worker on SQLite talks to nobody"
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    wait_until(lambda: not workers(tmp_path), "the worker's end", seconds=60)
