"""Anchors: heads of the ledger kept where its keeper cannot rewrite them unseen.

An anchor is a file of signed heads to which heads are only added. In a git working copy each
addition is a commit; pushing it to a place of others is what makes it an anchor.
"""

import fcntl
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.tlog.export_folder import read_checkpoint_file
from seatrial.core.problem import BadInputError, RefusedError, UnavailableError
from seatrial.formats.ledger_checkpoint import SignedCheckpoint


class Anchor:
    """The anchor of one ledger at one place. Only one process adds to it at a time.

    place: a file, or the folder of a git working copy, which gets a file named as the ledger.
    """

    def __init__(self, place: Path, origin: str) -> None:
        self._git = place if place.is_dir() else None
        self._path = place / anchor_name(origin) if self._git else place
        if self._git and not (place / ".git").exists():
            raise BadInputError(
                f"{place} is a folder and no git working copy.",
                "Name a file, or the top folder of a working copy.",
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from adding meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def heads(self) -> tuple[SignedCheckpoint, ...]:
        """Give the heads that it has.

        Raises: BadInputError when it is malformed. RefusedError when git's last commit has heads
        that are no longer in the file.
        """
        if self._git:
            self._hold_against_commit(self._git)
        return read_checkpoint_file(self._path) if self._path.exists() else ()

    def add(self, head: SignedCheckpoint) -> Path:
        """Add a head that continues all others; give the file. Committed when it is in git.

        Raises: UnavailableError when git does not commit. OSError.
        """
        held = self._path.read_bytes() if self._path.exists() else b""
        if head.chunk() not in held:
            write_durably(self._path, held + head.chunk())
        if self._git:
            self._commit(self._git, head)
        return self._path

    def _hold_against_commit(self, git: Path) -> None:
        committed = _committed(git, self._path.name)
        held = self._path.read_bytes() if self._path.exists() else b""
        if not held.startswith(committed):
            raise RefusedError(
                f"{self._path} lacks heads that git's last commit has.",
                "Find out who changed it; `git restore` brings the committed file back.",
            )

    def _commit(self, git: Path, head: SignedCheckpoint) -> None:
        name = self._path.name
        done = _git(git, "add", "--", name)
        if done.returncode == 0:
            if _git(git, "diff", "--cached", "--quiet", "--", name).returncode == 0:
                return
            message = f"Ledger head: {head.checkpoint}"
            done = _git(git, "commit", "--quiet", "--message", message, "--", name)
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise UnavailableError(
                f"The head is in {self._path}, and git did not commit it: {said}",
                "Mend that and run the command again.",
            )


def anchor_name(origin: str) -> str:
    """Name a ledger's file in a folder of anchors: its origin, spelt for file systems."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", origin).lstrip(".") + ".heads.txt"


def _committed(git: Path, name: str) -> bytes:
    """Give what git's last commit has of a file; empty when there is none yet.

    Raises: UnavailableError when git cannot say: then nothing shows that the file is whole.
    """
    if _git(git, "rev-parse", "--quiet", "--verify", "HEAD").returncode:
        # No commit yet, if git can read the working copy at all.
        asked = _git(git, "symbolic-ref", "--quiet", "HEAD")
        asked = asked if asked.returncode else _git(git, "for-each-ref", "--count=1")
        if asked.returncode or asked.stdout:
            raise _unreadable(git, asked)
        return b""
    listed = _git(git, "ls-tree", "--name-only", "HEAD", "--", f"./{name}")
    if listed.returncode:
        raise _unreadable(git, listed)
    if not listed.stdout:
        return b""
    shown = _git(git, "show", f"HEAD:./{name}")
    if shown.returncode:
        raise _unreadable(git, shown)
    return shown.stdout


def _unreadable(git: Path, asked: subprocess.CompletedProcess[bytes]) -> UnavailableError:
    said = (asked.stderr or asked.stdout).decode(errors="replace").strip()
    return UnavailableError(
        f"git cannot read the last commit in {git}: {said or 'it has a branch without one'}",
        "Mend the working copy, or clone it anew from where it was pushed.",
    )


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - git, with names that we made
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise UnavailableError("git is not installed.", "Install it, or name a file.") from error
