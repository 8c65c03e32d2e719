"""Control groups of one sandbox, on v2, v1 and hybrid hosts."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from seatrial.core.sandbox_spec import Limits

_CONTROLLERS = ("memory", "pids", "cpu")
_PARENT = "seatrial"
_CPU_PERIOD_US = 100_000  # the kernel's default
_KILL_ROUNDS = 500
_KILL_PAUSE_S = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchies:
    """Where this machine's control groups are mounted.

    controllers: mount point by controller that can be had. v2 hosts give one for all.
    kill: mount point of the hierarchy that a command's processes are gathered in.
    unified: whether that is a v2 one, with `cgroup.kill`.
    hide: a v2 mount beside v1 ones, which crun refuses; None elsewhere.
    all: every mount point where a runtime may leave a group.
    """

    controllers: dict[str, Path]
    kill: Path | None
    unified: bool
    hide: Path | None
    all: tuple[Path, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Limits that cannot be had by control group here."""
        return tuple(name for name in _CONTROLLERS if name not in self.controllers)


def find_hierarchies(mounts: str) -> Hierarchies:
    """Read the text of /proc/self/mounts. On v2, controllers are enabled for our groups."""
    v1: dict[str, Path] = {}
    v2: Path | None = None
    every: list[Path] = []
    for line in mounts.splitlines():
        _, place, kind, options = line.split(" ")[:4]
        if kind == "cgroup2":
            v2 = Path(place)
            every.append(v2)
        elif kind == "cgroup":
            every.append(Path(place))
            for option in options.split(","):
                v1[option] = Path(place)
    usable = {
        name: place
        for name, place in v1.items()
        if name in _CONTROLLERS and os.access(place, os.W_OK)
    }
    if v2 is not None and not v1:
        usable = dict.fromkeys(_enable(v2), v2)
    kill, unified = v1.get("freezer"), False
    if v2 is not None and _can_kill(v2):
        kill, unified = v2, True
    if kill is not None and not os.access(kill, os.W_OK):
        kill, unified = None, False
    return Hierarchies(
        controllers=usable,
        kill=kill,
        unified=unified,
        hide=v2 if v2 is not None and v1 else None,
        all=tuple(every),
    )


def _can_kill(v2: Path) -> bool:
    # The root group has no cgroup.kill itself (Linux 5.14); its children have.
    parent = v2 / _PARENT
    try:
        parent.mkdir(exist_ok=True)
    except OSError:
        return False
    return (parent / "cgroup.kill").exists()


def _enable(v2: Path) -> tuple[str, ...]:
    parent = v2 / _PARENT
    try:
        parent.mkdir(exist_ok=True)
    except OSError:
        return ()
    for group in (v2, parent):
        if not (group / "cgroup.subtree_control").exists():
            return ()
        for name in _CONTROLLERS:
            try:
                (group / "cgroup.subtree_control").write_text(f"+{name}")
            except OSError:  # not there, or not delegated to us: reported as missing
                continue
    enabled = (parent / "cgroup.subtree_control").read_text().split()
    return tuple(name for name in _CONTROLLERS if name in enabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cgroup:
    """The groups of one sandbox: the same name in every hierarchy used."""

    hierarchies: Hierarchies
    name: str

    @property
    def relative(self) -> str:
        """The group's path below a hierarchy's mount point."""
        return f"/{_PARENT}/{self.name}"

    def _in(self, hierarchy: Path) -> Path:
        return hierarchy / _PARENT / self.name

    def _places(self) -> tuple[Path, ...]:
        used = dict.fromkeys(self.hierarchies.controllers.values())
        if self.hierarchies.kill is not None:
            used[self.hierarchies.kill] = None
        return tuple(self._in(place) for place in used)

    def make(self, limits: Limits) -> None:
        """Make the groups and set the limits. Swap gives no room beyond memory."""
        for place in self._places():
            if not place.parent.exists():  # a cleaning found it empty
                _enable(place.parent.parent)
            place.mkdir(parents=True, exist_ok=True)
        quota = max(1000, round(limits.cpus * _CPU_PERIOD_US))
        v2 = self.hierarchies.hide is None and self.hierarchies.unified
        if memory := self.hierarchies.controllers.get("memory"):
            group = self._in(memory)
            if v2:
                (group / "memory.max").write_text(str(limits.memory_bytes))
                _write_if_there(group / "memory.swap.max", "0")
            else:
                (group / "memory.limit_in_bytes").write_text(str(limits.memory_bytes))
                _write_if_there(group / "memory.memsw.limit_in_bytes", str(limits.memory_bytes))
        if pids := self.hierarchies.controllers.get("pids"):
            (self._in(pids) / "pids.max").write_text(str(limits.pids))
        if cpu := self.hierarchies.controllers.get("cpu"):
            group = self._in(cpu)
            if v2:
                (group / "cpu.max").write_text(f"{quota} {_CPU_PERIOD_US}")
            else:
                (group / "cpu.cfs_period_us").write_text(str(_CPU_PERIOD_US))
                (group / "cpu.cfs_quota_us").write_text(str(quota))

    def procs_files(self) -> tuple[Path, ...]:
        """The files a process writes to in order to join the sandbox."""
        return tuple(place / "cgroup.procs" for place in self._places())

    def make_child(self, child: str) -> tuple[Path, ...]:
        """Make a group for one command; give the files its process joins by."""
        kill = self.hierarchies.kill
        if kill is None:
            return self.procs_files()
        gathered = self._in(kill) / child
        gathered.mkdir()
        limited = dict.fromkeys(self.hierarchies.controllers.values())
        limited.pop(kill, None)
        return (
            *(self._in(place) / "cgroup.procs" for place in limited),
            gathered / "cgroup.procs",
        )

    def drop_child(self, child: str) -> None:
        """Remove a command's group unless survivors live in it; they go with the sandbox."""
        if self.hierarchies.kill is not None:
            try:
                (self._in(self.hierarchies.kill) / child).rmdir()
            except OSError:
                return

    def kill_child(self, child: str) -> None:
        """Kill every process of a command, those in sessions of their own included."""
        if self.hierarchies.kill is not None:
            _kill_group(self._in(self.hierarchies.kill) / child, unified=self.hierarchies.unified)

    def kill(self) -> None:
        """Kill every process of the sandbox."""
        if self.hierarchies.kill is not None:
            group = self._in(self.hierarchies.kill)
            _kill_group(group, unified=self.hierarchies.unified)

    def members(self) -> tuple[int, ...]:
        """Give the sandbox's processes that are not in a command's own group."""
        if self.hierarchies.kill is None:
            return ()
        text = (self._in(self.hierarchies.kill) / "cgroup.procs").read_text()
        return tuple(int(pid) for pid in text.split())

    def oom_kills(self) -> int:
        """Count processes killed so far because memory ran out; 0 where nobody counts."""
        memory = self.hierarchies.controllers.get("memory")
        if memory is None:
            return 0
        v2 = memory == self.hierarchies.kill
        file = self._in(memory) / ("memory.events" if v2 else "memory.oom_control")
        try:
            for line in file.read_text().splitlines():
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
            group = self._in(hierarchy)
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
            _kill_group(group, unified=(group / "cgroup.kill").exists())
            time.sleep(_KILL_PAUSE_S)
        else:
            return True
    return False


def _children(group: Path) -> list[Path]:
    """Give the groups below, deepest first."""
    return [Path(entry) for entry, _, _ in os.walk(group, topdown=False)][:-1]


def _kill_group(group: Path, *, unified: bool) -> None:
    if unified:
        _write_if_there(group / "cgroup.kill", "1")
        return
    # v1: stop them first, so that a fork bomb cannot outrun the loop.
    state = group / "freezer.state"
    _write_if_there(state, "FROZEN")
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
    _write_if_there(state, "THAWED")


def _write_if_there(file: Path, text: str) -> None:
    try:
        with file.open("w") as stream:
            stream.write(text)
    except OSError:
        # Gone already, or a kernel without the file (swap accounting off).
        return
