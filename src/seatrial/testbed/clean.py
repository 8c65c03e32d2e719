"""Remove what harnesses that are gone left behind."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seatrial.testbed.cgroups import Hierarchies, find_hierarchies
from seatrial.testbed.places import Places
from seatrial.testbed.records import Records, boot_id, own_process
from seatrial.testbed.stop import erase


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
            else:
                stuck.append(folder.name)
        for owner, folder in records.drafts():
            if not owner.alive():
                shutil.rmtree(folder, ignore_errors=True)
    _drop_parents(hierarchies)
    return CleanReport(removed=removed, stuck=tuple(stuck), live=live)


def _drop_parents(hierarchies: Hierarchies) -> None:
    """Remove our parent groups where no sandbox is left."""
    for place in hierarchies.all:
        try:
            (place / "seatrial").rmdir()
        except OSError:  # in use, or never made
            continue


@contextmanager
def _alone(runtime: Path) -> Iterator[None]:
    lock = os.open(runtime / "clean.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
