"""Stop one sandbox and remove every trace of it."""

import os
import shutil
import signal
from pathlib import Path

from seatrial.testbed.cgroups import Cgroup, Hierarchies
from seatrial.testbed.records import Process, Record, Records


def erase(
    records: Records, hierarchies: Hierarchies, record: Record, folder: Path, by: Process
) -> bool:
    """Kill a sandbox's processes, then remove its groups and its folder.

    Mounts and namespaces belong to the processes and go with them.
    Returns: False when something would not die; the record stays for the next cleaning.
    """
    if record.init is not None and record.init.alive():
        _kill(record.init)
    cgroup = Cgroup(hierarchies=hierarchies, name=record.cgroup)
    cgroup.kill()
    if hierarchies.kill is None:
        kill_by_ids(record.base)
    if not cgroup.remove():
        return False
    shutil.rmtree(records.withdraw(folder, by), ignore_errors=True)
    return True


def kill_by_ids(base: int) -> None:
    """Kill every process whose user lies in a sandbox's range: where no group gathers them."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            owner = entry.stat().st_uid
            if base <= owner < base + 65_536:
                os.kill(int(entry.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


def _kill(init: Process) -> None:
    try:
        pidfd = os.pidfd_open(init.pid)
    except ProcessLookupError:
        return
    try:
        # The number may have a new owner since the check; the descriptor may not.
        if init.alive():
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(pidfd)
