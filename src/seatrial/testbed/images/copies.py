"""Copies of a tree with other owners."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

from seatrial.core.problem import UnavailableError
from seatrial.testbed.images.tree import CAPABILITY, capability_of, walk_tree


def copy_shifted(root: Path, dest: Path, uid_base: int) -> None:
    """Copy the tree under `root` to `dest`, adding `uid_base` to each owner and group.

    Modes (setuid too), times, hard links and file capabilities stay.
    Raises: UnavailableError when the caller may not give files away, or the disk is full.
    """
    # cp keeps hard links and shares blocks where the file system can; shutil does neither.
    cp = shutil.which("cp") or "cp"
    copied = subprocess.run(  # noqa: S603 - coreutils, on paths of our own
        [cp, "--archive", "--reflink=auto", "--", str(root), str(dest)],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        if copied.returncode != 0:
            raise OSError(copied.stderr.strip())  # noqa: TRY301 - one message for both causes
        moved: set[int] = set()
        for place in (dest, *walk_tree(dest)):
            status = place.lstat()
            if status.st_ino not in moved:  # a hard link's second name is moved already
                _shift(place, status, uid_base)
            moved.add(status.st_ino)
    except OSError as error:
        raise UnavailableError(
            f"The tree {root} cannot be copied with owners from {uid_base}: {error}.",
            "Make room in the cache; as an ordinary user, get ranges in /etc/subuid.",
        ) from error


def _shift(place: Path, status: os.stat_result, uid_base: int) -> None:
    kept = capability_of(place) if stat.S_ISREG(status.st_mode) else b""
    os.chown(place, status.st_uid + uid_base, status.st_gid + uid_base, follow_symlinks=False)
    # chown clears setuid bits and capabilities.
    if not stat.S_ISLNK(status.st_mode):
        place.chmod(stat.S_IMODE(status.st_mode))
    if kept:
        os.setxattr(place, CAPABILITY, kept, follow_symlinks=False)
