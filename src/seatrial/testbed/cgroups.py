"""Control groups of one sandbox, on v2, v1 and hybrid hosts."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from seatrial.core.sandbox_spec import Limits
from seatrial.testbed.cgroup_hierarchies import Hierarchies
from seatrial.testbed.cgroup_subtree import make_room

_CPU_PERIOD_US = 100_000  # the kernel's default
_KILL_ROUNDS = 500
_KILL_PAUSE_S = 0.002
_MAKE_ROUNDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cgroup:
    """The groups of one sandbox: the same name in every hierarchy used."""

    hierarchies: Hierarchies
    name: str

    def _places(self) -> tuple[Path, ...]:
        used = dict.fromkeys(self.hierarchies.controllers.values())
        if self.hierarchies.kill is not None:
            used[self.hierarchies.kill] = None
        return tuple(place / self.name for place in used)

    def _gathering(self) -> list[Path]:
        """Give the groups that hold all of the sandbox's processes: one, or none."""
        kill = self.hierarchies.kill
        places = (*((kill,) if kill else ()), *self.hierarchies.elsewhere)
        return [group for place in places if (group := place / self.name).exists()]

    def make(self, limits: Limits) -> None:
        """Make the groups and set the limits. Swap gives no room beyond memory."""
        for place in self._places():
            self._make_group(place)
        quota = max(1000, round(limits.cpus * _CPU_PERIOD_US))
        v2 = self.hierarchies.v2
        if memory := self.hierarchies.controllers.get("memory"):
            group = memory / self.name
            if v2:
                (group / "memory.max").write_text(str(limits.memory_bytes))
                _write_if_there(group / "memory.swap.max", "0")
            else:
                (group / "memory.limit_in_bytes").write_text(str(limits.memory_bytes))
                _write_if_there(group / "memory.memsw.limit_in_bytes", str(limits.memory_bytes))
        if pids := self.hierarchies.controllers.get("pids"):
            (pids / self.name / "pids.max").write_text(str(limits.pids))
        if cpu := self.hierarchies.controllers.get("cpu"):
            group = cpu / self.name
            if v2:
                (group / "cpu.max").write_text(f"{quota} {_CPU_PERIOD_US}")
            else:
                (group / "cpu.cfs_period_us").write_text(str(_CPU_PERIOD_US))
                (group / "cpu.cfs_quota_us").write_text(str(quota))

    def _make_group(self, group: Path) -> None:
        for _ in range(_MAKE_ROUNDS):
            if not group.parent.exists():  # a cleaning found it empty
                if self.hierarchies.v2:
                    make_room(group.parent.parent)
                else:
                    group.parent.mkdir(exist_ok=True)
            try:
                group.mkdir(exist_ok=True)
            except FileNotFoundError:  # a cleaning came between
                continue
            return
        group.mkdir()

    def procs_files(self) -> tuple[Path, ...]:
        """The files a process writes to in order to join the sandbox."""
        return tuple(place / "cgroup.procs" for place in self._places())

    def make_child(self, child: str) -> tuple[Path, ...]:
        """Make a group for one command; give the files its process joins by.

        None for a sandbox whose groups are in another subtree: processes cannot go there.
        """
        kill = self.hierarchies.kill
        if kill is None:
            return self.procs_files()
        if not (kill / self.name).exists():
            return ()
        gathered = kill / self.name / child
        gathered.mkdir()
        joined = dict.fromkeys(self.hierarchies.controllers.values())
        if not self.hierarchies.v2:
            # runc makes groups in the other hierarchies too, such as the one that denies devices.
            joined |= dict.fromkeys(
                place for place in self.hierarchies.all if (place / self.name).exists()
            )
        joined.pop(kill, None)
        return (
            *(place / self.name / "cgroup.procs" for place in joined),
            gathered / "cgroup.procs",
        )

    def drop_child(self, child: str) -> None:
        """Remove a command's group unless survivors live in it; they go with the sandbox."""
        if self.hierarchies.kill is not None:
            try:
                (self.hierarchies.kill / self.name / child).rmdir()
            except OSError:
                return

    def kill_child(self, child: str) -> None:
        """Kill every process of a command, those in sessions of their own included."""
        if self.hierarchies.kill is not None:
            _kill_group(self.hierarchies.kill / self.name / child)

    def gathers(self) -> bool:
        """Whether a group holds the sandbox's processes now."""
        return bool(self._gathering())

    def kill(self) -> None:
        """Kill every process of the sandbox."""
        for group in self._gathering():
            _kill_group(group)

    def members(self) -> tuple[int, ...]:
        """Give the sandbox's processes that are not in a command's own group."""
        if self.hierarchies.kill is None:
            return ()
        text = (self.hierarchies.kill / self.name / "cgroup.procs").read_text()
        return tuple(int(pid) for pid in text.split())

    def oom_kills(self) -> int:
        """Count processes killed so far because memory ran out; 0 where nobody counts."""
        memory = self.hierarchies.controllers.get("memory")
        if memory is None:
            return 0
        file = "memory.events" if self.hierarchies.v2 else "memory.oom_control"
        try:
            for line in (memory / self.name / file).read_text().splitlines():
                key, _, value = line.partition(" ")
                if key == "oom_kill":
                    return int(value)
        except OSError:
            return 0
        return 0

    def remove(self) -> bool:
        """Kill what is left and remove the groups from every hierarchy.

        Returns: False when a group could not be removed, because something in it will not die.
        """
        gone = True
        for hierarchy in self.hierarchies.all:
            group = hierarchy / self.name
            if group.exists():
                gone &= _remove_group(group)
        return gone


def _remove_group(group: Path) -> bool:
    for _ in range(_KILL_ROUNDS):
        try:
            for child in _children(group):
                child.rmdir()
            group.rmdir()
        except FileNotFoundError:
            return True
        except OSError:  # busy: a process is still dying
            _kill_group(group)
            time.sleep(_KILL_PAUSE_S)
        else:
            return True
    return False


def _children(group: Path) -> list[Path]:
    """Give the groups below, deepest first."""
    return [Path(entry) for entry, _, _ in os.walk(group, topdown=False)][:-1]


def _kill_group(group: Path) -> None:
    if (group / "cgroup.kill").exists():
        _write_if_there(group / "cgroup.kill", "1")
        return
    # v1, and v2 before Linux 5.14: stop them first, so that a fork bomb cannot outrun the loop.
    _write_if_there(group / "freezer.state", "FROZEN")
    _write_if_there(group / "cgroup.freeze", "1")
    for folder in (*_children(group), group):
        try:
            pids = (folder / "cgroup.procs").read_text().split()
        except OSError:
            continue
        for pid in pids:
            try:
                os.kill(int(pid), 9)
            except ProcessLookupError:
                continue
    _write_if_there(group / "cgroup.freeze", "0")
    _write_if_there(group / "freezer.state", "THAWED")


def _write_if_there(file: Path, text: str) -> None:
    """Write to a file of a group unless it is gone or the kernel lacks it (swap accounting off)."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(handle, text.encode())
    except OSError:
        return
    finally:
        os.close(handle)
