"""Ports: what the rules need of the outside, as protocols."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from seatrial.core.sandbox_spec import SandboxSpec

MAX_OUTPUT_BYTES = 10 * 1024 * 1024
"""Per stream and exec, as Inspect's own default."""

MAX_READ_BYTES = 100 * 1024 * 1024
"""Per file read out of a sandbox, as Inspect's own default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecOutcome:
    """How one command in a sandbox ended. All of it is hostile input.

    returncode: exit status; 128 + signal when killed by one; 126 not executable, 127 not found.
    timed_out: the whole process tree was killed at the timeout.
    oom_killed: the sandbox's memory limit killed a process during this exec.
    output_exceeded: a stream passed MAX_OUTPUT_BYTES; the tree was killed, the rest is lost.
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    oom_killed: bool = False
    output_exceeded: bool = False


class Sandbox(Protocol):
    """A running sandbox. Paths are inside it; relative ones start at its workdir."""

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
        """Run a command to its end. timeout in seconds.

        Raises: SandboxGoneError when the sandbox is no longer there.
        """
        ...

    async def read_file(
        self, path: str, *, user: str | None = None, limit: int = MAX_READ_BYTES
    ) -> bytes:
        """Read a regular file with the rights of `user` (default: the sandbox's).

        Never blocks on a FIFO or device, never leaves the sandbox through a link.
        Raises: FileNotFoundError, IsADirectoryError, PermissionError, NotARegularFileError,
        FileTooLargeError, SandboxGoneError.
        """
        ...

    async def write_file(
        self, path: str, contents: bytes, *, mode: int = 0o644, user: str | None = None
    ) -> None:
        """Write a file with the rights of `user`, making missing parents.

        Raises: IsADirectoryError, PermissionError, NotARegularFileError, DiskFullError,
        SandboxGoneError.
        """
        ...


class Testbed(Protocol):
    """Something that opens fresh sandboxes, each used once."""

    def open(self, spec: SandboxSpec, *, label: str) -> AbstractAsyncContextManager[Sandbox]:
        """Start a sandbox; leaving the context stops it and removes every trace.

        label: names it in the journal; not visible inside.
        Raises on entering: UnavailableError (runtime, image, limit or need not to be had).
        """
        ...


class SandboxGoneError(RuntimeError):
    """The sandbox ended or its runtime failed: an infrastructure failure, never a verdict."""


class NotARegularFileError(OSError):
    """The path is a FIFO, socket or device where a regular file was expected."""


class FileTooLargeError(OSError):
    """The file is over the reader's limit."""


class DiskFullError(OSError):
    """The sandbox's disk quota is used up."""


class Clock(Protocol):
    """Wall time, in UTC."""

    def now(self) -> datetime:
        """Give the present, time-zone aware."""
        ...


class Signer(Protocol):
    """Holder of one signing key."""

    @property
    def keyid(self) -> str:
        """SHA-256 of the public key's DER form, in hexadecimal."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign `message` (Ed25519, 64 bytes)."""
        ...
