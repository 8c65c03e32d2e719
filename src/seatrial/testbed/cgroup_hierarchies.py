"""Where this machine keeps control groups, and where ours may be made."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from seatrial.testbed.cgroup_subtree import (
    CONTROLLERS,
    PARENT,
    delegated_subtree,
    make_room,
    other_parents,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchies:
    """The groups that sandboxes' own groups are made in, one for each hierarchy used.

    controllers: that group by controller that can be had. v2 hosts give one for all.
    kill: the one whose groups a command's processes are gathered in.
    v2: whether limits are written as v2 wants them.
    hide: mount point of a v2 hierarchy beside v1 ones, which crun refuses; None elsewhere.
    elsewhere: those that harnesses of the same ordinary user have made in other subtrees.
    all: every one where a runtime may leave a group.
    """

    controllers: dict[str, Path]
    kill: Path | None
    v2: bool
    hide: Path | None
    elsewhere: tuple[Path, ...]
    all: tuple[Path, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Limits that cannot be had by control group here."""
        return tuple(name for name in CONTROLLERS if name not in self.controllers)

    def drop_empty(self) -> None:
        """Remove our groups that no sandbox is in."""
        for place in self.all:
            try:
                place.rmdir()
            except OSError:  # in use, or never made
                continue


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """Mount points: of v1 hierarchies by option, in order; of the v2 one."""

    v1: dict[str, Path]
    v2: Path | None


def read_mounts(mounts: str) -> Mounted:
    """Find control group hierarchies in the text of /proc/self/mounts."""
    v1: dict[str, Path] = {}
    v2: Path | None = None
    for line in mounts.splitlines():
        _, place, kind, options = line.split(" ")[:4]
        if kind == "cgroup2" and v2 is None:
            v2 = Path(place)
        elif kind == "cgroup":
            v1.update(dict.fromkeys(options.split(","), Path(place)))
    return Mounted(v1=v1, v2=v2)


def find_hierarchies(mounts: str, member: str | None = None) -> Hierarchies:
    """Find where limits can be had. On v2, makes room: enables controllers for our groups.

    mounts: the text of /proc/self/mounts. member: that of /proc/self/cgroup, read when needed.
    """
    found = read_mounts(mounts)
    if found.v2 is not None and not found.v1:
        return _of_v2(found.v2, member)
    return _of_v1(found)


def _of_v2(mount: Path, member: str | None) -> Hierarchies:
    ordinary = os.geteuid() != 0
    if member is None:
        member = Path("/proc/self/cgroup").read_text()
    base = delegated_subtree(mount, member) if ordinary else mount
    elsewhere = other_parents(mount, os.geteuid(), base) if ordinary else ()
    parent = None if base is None else base / PARENT
    enabled = () if base is None else make_room(base)
    usable = parent is not None and _takes_processes(parent)
    return Hierarchies(
        controllers={} if parent is None or not usable else dict.fromkeys(enabled, parent),
        kill=parent if usable else None,
        v2=True,
        hide=None,
        elsewhere=elsewhere,
        all=(*((parent,) if parent else ()), *elsewhere),
    )


def _of_v1(found: Mounted) -> Hierarchies:
    parents = {name: place / PARENT for name, place in found.v1.items()}
    usable = {
        name: parent
        for name, parent in parents.items()
        if name in CONTROLLERS and os.access(parent.parent, os.W_OK)
    }
    kill = parents.get("freezer")
    if kill is not None and not os.access(kill.parent, os.W_OK):
        kill = None
    unified = None if found.v2 is None else found.v2 / PARENT
    # The root group has no cgroup.kill itself (Linux 5.14); its children have.
    if unified is not None and _made(unified) and (unified / "cgroup.kill").exists():
        kill = unified
    every = dict.fromkeys([*parents.values(), *((unified,) if unified else ())])
    return Hierarchies(
        controllers=usable,
        kill=kill,
        v2=False,
        hide=found.v2,
        elsewhere=(),
        all=tuple(every),
    )


def _made(parent: Path) -> bool:
    try:
        parent.mkdir(exist_ok=True)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT):
            raise
        return False
    return os.access(parent, os.W_OK)


def _takes_processes(parent: Path) -> bool:
    """Whether processes can be in groups there: not in the threaded part of a hierarchy."""
    try:
        return (parent / "cgroup.type").read_text().strip() == "domain"
    except OSError:  # it could not be made
        return False
