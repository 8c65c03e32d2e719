"""Read and write files of a sandbox when the harness is an ordinary user.

Such a harness has no rights over the sandbox's ids. A helper, native/peek.c, goes into the
sandbox's user and mount namespaces for each access and acts as the user there.
"""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from seatrial.core.ports import FileTooLargeError, SandboxGoneError
from seatrial.testbed.accounts import Account
from seatrial.testbed.files import named

_NEW_MODE = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class PeekedFiles:
    """The file system of one sandbox.

    program: the helper. pidfd: descriptor of the sandbox's first process.
    """

    program: Path
    pidfd: int

    @contextmanager
    def on_its_own(self) -> Iterator["PeekedFiles"]:
        """Give the same with a descriptor of its own, for a worker thread."""
        pidfd = os.dup(self.pidfd)
        try:
            yield replace(self, pidfd=pidfd)
        finally:
            os.close(pidfd)

    def read(self, path: str, account: Account, limit: int) -> bytes:
        """Read a regular file. Raises: as `core.ports.Sandbox.read_file`."""
        with named(path):
            content = self._peek(path, account, "read", path, str(limit))
            if len(content) > limit:
                raise _too_large(path)
            return content

    def write(self, path: str, contents: bytes, account: Account, mode: int | None) -> None:
        """Write a regular file, making missing parents.

        mode: None keeps that of an existing file and gives a new one 0644.
        Raises: as `core.ports.Sandbox.write_file`.
        """
        bits, keep = (_NEW_MODE, "1") if mode is None else (mode, "0")
        with named(path):
            self._peek(path, account, "write", path, f"{bits:o}", keep, contents=contents)

    def make_folder(self, path: str, account: Account) -> None:
        """Make a folder and its parents as root; the last is the account's if it is new."""
        self._peek(path, account, "folder", path)

    def _peek(self, path: str, account: Account, *order: str, contents: bytes = b"") -> bytes:
        if "\0" in path:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        groups = ",".join(map(str, account.groups)) or "-"
        done = subprocess.run(  # noqa: S603 - our own helper
            [
                *(str(self.program), str(self.pidfd), str(account.uid), str(account.gid)),
                *(groups, *order),
            ],
            input=contents,
            capture_output=True,
            env={},
            cwd="/",
            pass_fds=(self.pidfd,),
            check=False,
        )
        if done.returncode == 0:
            return done.stdout
        word, _, number = done.stderr.decode(errors="replace").strip().partition(" ")
        if word != "errno":
            raise SandboxGoneError(f"the file helper was lost ({done.returncode})")
        error = int(number)
        if error == errno.ESRCH:
            raise SandboxGoneError("the sandbox has ended")
        if error == errno.EFBIG:
            raise _too_large(path)
        raise OSError(error, os.strerror(error), path)


def _too_large(path: str) -> FileTooLargeError:
    return FileTooLargeError(errno.EFBIG, "file is over the limit", path)
