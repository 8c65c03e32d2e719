"""The port `core.ports.Sandbox` over an OCI runtime."""

import errno
import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import anyio.to_thread

from seatrial.core.canonical import digest_bytes
from seatrial.core.journal_entry import JournalKind
from seatrial.core.ports import (
    MAX_OUTPUT_BYTES,
    MAX_READ_BYTES,
    ExecOutcome,
    SandboxGoneError,
)
from seatrial.testbed.accounts import Account, NoSuchUserError
from seatrial.testbed.command import Command
from seatrial.testbed.execution import ExecReport, run_command
from seatrial.testbed.files import SandboxFiles
from seatrial.testbed.live import LiveSandbox
from seatrial.testbed.peeked_files import PeekedFiles

_INLINE_BYTES = 256 * 1024
"""Files up to this size move faster than a worker thread starts."""


class OciSandbox:
    """A running sandbox. Made by `OciTestbed.open`; implements `core.ports.Sandbox`."""

    def __init__(self, live: LiveSandbox) -> None:
        self._live = live

    @property
    def live(self) -> LiveSandbox:
        """What the harness holds of it: for the containment probe, instruments and tests."""
        return self._live

    async def exec(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes = b"",
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the sandbox kills the tree itself
    ) -> ExecOutcome:
        """Run a command to its end; see `core.ports.Sandbox.exec`."""
        command = Command(
            argv=tuple(argv), stdin=stdin, cwd=cwd, env=env, user=user, timeout=timeout
        )
        return (await self.run(command)).outcome

    async def run(self, command: Command, *, limit: int = MAX_OUTPUT_BYTES) -> ExecReport:
        """Run a command and also tell why it did not start. limit: bytes per stream."""
        return await run_command(self._live, command, limit)

    async def read_file(
        self, path: str, *, user: str | None = None, limit: int = MAX_READ_BYTES
    ) -> bytes:
        """Read a regular file; see `core.ports.Sandbox.read_file`."""
        account, full = self._target(path, user)
        with self._journaled("read", full, account) as access:
            access.content = await self._read(full, account, limit)
        return access.content

    async def write_file(
        self, path: str, contents: bytes, *, mode: int | None = 0o644, user: str | None = None
    ) -> None:
        """Write a file; see `core.ports.Sandbox.write_file`.

        mode: None keeps that of an existing file.
        """
        account, full = self._target(path, user)
        files = self._live.files
        with self._journaled("write", full, account, contents):
            if len(contents) <= _INLINE_BYTES and isinstance(files, SandboxFiles):
                files.write(full, contents, account, mode)
            else:
                with files.on_its_own() as own:
                    await anyio.to_thread.run_sync(own.write, full, contents, account, mode)

    async def _read(self, path: str, account: Account, limit: int) -> bytes:
        files = self._live.files
        if isinstance(files, PeekedFiles):
            with files.on_its_own() as own:
                return await anyio.to_thread.run_sync(own.read, path, account, limit)
        file, size = files.open_to_read(path, account, limit)
        rest = (file, size, path, account, limit)
        if size <= _INLINE_BYTES:
            return files.read(*rest)
        return await anyio.to_thread.run_sync(files.read, *rest)

    def _target(self, path: str, user: str | None) -> tuple[Account, str]:
        if not self._live.running():
            raise SandboxGoneError(f"sandbox {self._live.label} has ended")
        try:
            account = self._live.account(user)
        except NoSuchUserError as error:
            raise PermissionError(str(error)) from error
        return account, posixpath.join(self._live.spec.workdir, path)

    @contextmanager
    def _journaled(
        self, verb: str, path: str, account: Account, content: bytes = b""
    ) -> Iterator["_Access"]:
        """Journal a file access at its end, also when it failed or was cancelled midway."""
        access = _Access(content=content)
        error: str | None = None
        try:
            _require_passable(path)
            yield access
        except BaseException as problem:
            error = type(problem).__name__
            raise
        finally:
            self._live.journal.record(
                JournalKind.FILE,
                {
                    "verb": verb,
                    "path": path,
                    "user": account.name,
                    "digest": digest_bytes(access.content),
                    "size": len(access.content),
                    "error": error,
                },
            )


@dataclass(slots=True, kw_only=True)
class _Access:
    content: bytes


def _require_passable(path: str) -> None:
    """Raises: FileNotFoundError for what the kernel cannot take or would take for another path."""
    try:
        passable = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:  # a lone surrogate
        passable = False
    if not passable:
        raise FileNotFoundError(errno.ENOENT, "no file can have such a name", path)
