"""Stop one sandbox and remove every trace of it."""

import os
import select
import shutil
import signal
import time
from pathlib import Path

from seatrial.testbed.bundle import IDS
from seatrial.testbed.cgroup_hierarchies import Hierarchies
from seatrial.testbed.cgroups import Cgroup
from seatrial.testbed.records import Process, Record, Records

_DYING_MS = 10_000
"""An init that reaps only now and then may do so every second or so."""

_SCANS = 500
_SCAN_PAUSE_S = 0.002


def erase(
    records: Records, hierarchies: Hierarchies, record: Record, folder: Path, by: Process
) -> bool:
    """Kill a sandbox's processes, then remove its groups and its folder.

    Mounts and namespaces belong to the processes and go with them.
    Returns: False when something would not die; the record stays for the next cleaning.
    """
    cgroup = Cgroup(hierarchies=hierarchies, name=record.cgroup)
    gathered = cgroup.gathers()
    if record.init is not None and not _kill(record.init, wait=not gathered):
        return False
    cgroup.kill()
    if not gathered and record.init is None:
        if records.are_elsewhere(record):
            return False
        kill_by_ids(record.base)
    if not cgroup.remove():
        return False
    shutil.rmtree(records.withdraw(folder, by), ignore_errors=True)
    return True


def kill_by_ids(base: int) -> None:
    """Kill every process whose user lies in a sandbox's range, where no group gathers them.

    For a start that was cut off: with a known first process, the kernel kills all of its
    namespace. Again until none is found: one may have started another meanwhile.
    """
    for _ in range(_SCANS):
        if sum(_kill_by_id(entry, base) for entry in Path("/proc").iterdir()) == 0:
            return
        time.sleep(_SCAN_PAUSE_S)


def _kill_by_id(entry: Path, base: int) -> bool:
    """Kill the process of a folder of /proc if its user is in the range. Returns: whether so."""
    if not entry.name.isdecimal():
        return False
    try:
        if not base <= _user_of(entry) < base + IDS:
            return False
        os.kill(int(entry.name), signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


def _user_of(process: Path) -> int:
    # Not the folder's owner: that is root while a process may not be traced.
    for line in (process / "status").read_text().splitlines():
        if line.startswith("State:") and line.split()[1] in "ZX":
            raise ProcessLookupError
        if line.startswith("Uid:"):
            return int(line.split()[1])
    raise ProcessLookupError


def _kill(init: Process, *, wait: bool) -> bool:
    """Kill a sandbox's first process.

    wait: until all of its namespace is dead, where there is no group to see that by.
    Returns: False when that took too long.
    """
    try:
        pidfd = os.pidfd_open(init.pid)
    except ProcessLookupError:
        return True
    try:
        # The number may have a new owner since the check; the descriptor may not.
        if not init.alive():
            return True
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        return not wait or bool(poll.poll(_DYING_MS))
    except ProcessLookupError:
        return True
    finally:
        os.close(pidfd)
