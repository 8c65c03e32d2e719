"""The part of a v2 hierarchy that is ours to divide.

Root takes the hierarchy's root. An ordinary user takes the group that the harness is in, when
it was delegated: `systemd-run --user --scope -p Delegate=yes COMMAND` starts one in such a group.

A group that gives its controllers to groups below may hold no process itself; only the root of
the whole hierarchy may. So the processes of a delegated group, the harness among them, move to
a group below it.

Source: Linux, admin-guide/cgroup-v2, "Top-down Constraint", "No Internal Process Constraint",
"Delegation"; systemd, CGROUP_DELEGATION.
"""

import errno
import os
from pathlib import Path

CONTROLLERS = ("memory", "pids", "cpu")

PARENT = "seatrial"
"""The group that the groups of sandboxes are made in."""

HOME = "seatrial-harness"
"""The group that a delegated group's own processes move to."""

_ROUNDS = 100
"""Processes that start others meanwhile are looked for again."""


def own_group(mount: Path, member: str) -> Path | None:
    """Give the folder of the v2 group that a text of /proc/PID/cgroup names.

    None when it is out of sight, as in a container that has no cgroup namespace of its own.
    """
    for line in member.splitlines():
        if line.startswith("0::/"):
            parts = Path(line.removeprefix("0::/")).parts
            group = mount.joinpath(*parts)
            return group if ".." not in parts and group.is_dir() else None
    return None


def delegated_subtree(mount: Path, member: str) -> Path | None:
    """Give the group that an ordinary user may divide; None when there is none. Changes nothing."""
    group = own_group(mount, member)
    if group is None:
        return None
    if group.name == HOME:
        group = group.parent
    files = ("", "cgroup.procs", "cgroup.subtree_control")
    if group == mount or not all(os.access(group / file, os.W_OK) for file in files):
        return None
    return group


def controllers_of(group: Path) -> tuple[str, ...]:
    """Give the controllers we use that a group could give to groups below."""
    try:
        there = (group / "cgroup.controllers").read_text().split()
    except OSError:
        return ()
    return tuple(name for name in CONTROLLERS if name in there)


def make_room(base: Path) -> tuple[str, ...]:
    """Make our group below `base` and enable the controllers it is to limit by.

    Returns: those enabled.
    """
    parent = base / PARENT
    try:
        parent.mkdir(exist_ok=True)
    except OSError:  # not ours to divide, or read-only
        return ()
    for name in controllers_of(base):
        if _enable(base, name):
            _enable(parent, name)
    try:
        enabled = (parent / "cgroup.subtree_control").read_text().split()
    except OSError:
        return ()
    return tuple(name for name in CONTROLLERS if name in enabled)


def _enable(group: Path, controller: str) -> bool:
    file = group / "cgroup.subtree_control"
    for _ in range(2):
        try:
            file.write_text(f"+{controller}")
        except OSError as error:
            # Busy: it has processes of its own. Others: not there, or not delegated to us.
            if error.errno != errno.EBUSY or not _move_down(group):
                return False
        else:
            return True
    return False


def _move_down(group: Path) -> bool:
    """Move a group's processes to one below. Returns: whether none is left in it."""
    home = group / HOME
    try:
        home.mkdir(exist_ok=True)
        for _ in range(_ROUNDS):
            members = (group / "cgroup.procs").read_text().split()
            if not members:
                return True
            for member in members:
                _move(member, home)
    except OSError:  # one may not be moved, such as a process of another user's container
        return False
    return False


def _move(member: str, home: Path) -> None:
    try:
        (home / "cgroup.procs").write_text(member)
    except ProcessLookupError:  # it has ended
        return


def other_parents(mount: Path, user: int, base: Path | None) -> tuple[Path, ...]:
    """Find what harnesses of an ordinary user made in other subtrees than `base`.

    A cleaning may be started elsewhere than the harness whose leftovers it removes.
    """
    slice_ = mount / "user.slice" / f"user-{user}.slice"
    found: list[Path] = []
    for place, folders, _ in os.walk(slice_):
        if PARENT in folders:
            folders.remove(PARENT)
            if Path(place) != base:
                found.append(Path(place) / PARENT)
    return tuple(found)
