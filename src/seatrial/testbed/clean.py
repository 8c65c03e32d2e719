"""Remove what harnesses that are gone left behind."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seatrial.testbed.cgroup_hierarchies import find_hierarchies
from seatrial.testbed.places import Places
from seatrial.testbed.records import Process, Records, boot_id, own_process
from seatrial.testbed.stop import erase

_DYING_SECONDS = 10.0
"""Long enough for an init that reaps only now and then; some do so every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanReport:
    """What a cleaning did.

    removed: sandboxes of dead harnesses that are gone now. stuck: those with a process that
    will not die; a later cleaning tries again. live: sandboxes of running harnesses, untouched.
    """

    removed: int = 0
    stuck: tuple[str, ...] = ()
    live: int = 0


def clean(places: Places) -> CleanReport:
    """Remove processes, control groups and folders of sandboxes whose harness is gone.

    Safe beside running harnesses and beside another cleaning.
    """
    records = Records(places.runtime)
    if not records.folder.is_dir():
        return CleanReport()
    own = own_process()
    hierarchies = find_hierarchies(Path("/proc/self/mounts").read_text())
    removed, live = 0, 0
    dying: list[Process] = []
    stuck: list[str] = []
    with _alone(places.runtime):
        boot = boot_id()
        for record, folder in records.live():
            if record.owner.alive() and record.boot == boot:
                live += 1
            elif record.boot != boot:
                shutil.rmtree(records.withdraw(folder, own), ignore_errors=True)
                removed += 1
            elif erase(records, hierarchies, record, folder, own):
                removed += 1
                if record.init is not None:
                    dying.append(record.init)
            else:
                stuck.append(folder.name)
        for owner, folder in records.drafts():
            if not owner.alive():
                shutil.rmtree(folder, ignore_errors=True)
    stuck += [f"process {one.pid}" for one in _still_there(dying)]
    hierarchies.drop_empty()
    return CleanReport(removed=removed, stuck=tuple(stuck), live=live)


def _still_there(dying: list[Process]) -> list[Process]:
    """Wait for killed first processes to be gone.

    One waits for its namespace's last zombie, and a command's zombie, whose parent was the
    harness's helper, waits for the machine's init to reap it: at once, or when that looks.
    """
    end = time.monotonic() + _DYING_SECONDS
    while (left := [one for one in dying if one.alive()]) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@contextmanager
def _alone(runtime: Path) -> Iterator[None]:
    lock = os.open(runtime / "clean.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
