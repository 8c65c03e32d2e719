"""Ids that an administrator lent to an ordinary user for sandboxes."""

import os
import pwd
from contextlib import suppress
from pathlib import Path

from seatrial.testbed.bundle import IDS

_FIELDS = 3

SUBUID, SUBGID = Path("/etc/subuid"), Path("/etc/subgid")


def own_ranges(uid: int | None = None) -> tuple[int, ...]:
    """Give the first id of each whole range of 65,536 that the user has, uids and gids alike.

    uid: default: the caller's. Only the user's first line counts in either file, as images are
    built with that one (`unshare --map-auto`), and only what both lines hold.
    Source: subuid(5), subgid(5).
    """
    who = os.geteuid() if uid is None else uid
    names = {str(who)}
    with suppress(KeyError):
        names.add(pwd.getpwuid(who).pw_name)
    users, groups = _first_line(SUBUID, names), _first_line(SUBGID, names)
    if users is None or groups is None or users[0] != groups[0]:
        return ()
    first, count = users[0], min(users[1], groups[1])
    return tuple(range(first, first + count // IDS * IDS, IDS))


def _first_line(file: Path, names: set[str]) -> tuple[int, int] | None:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        fields = line.split(":")
        if len(fields) != _FIELDS or fields[0] not in names:
            continue
        if fields[1].isdecimal() and fields[2].isdecimal():
            return int(fields[1]), int(fields[2])
    return None
