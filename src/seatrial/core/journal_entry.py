"""The host-side journal's entries: what happened in a sandbox, as the host saw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.canonical import Digest, Json


class JournalKind(StrEnum):
    """What an entry records."""

    OPENED = "opened"
    """A sandbox started: spec, image digest, mechanism of instruments, guarantees lost."""
    EXEC = "exec"
    """A command through the provider: argv, user, cwd, stdin/stdout/stderr digests and sizes,
    returncode, duration_ms, timed_out, oom_killed."""
    FILE = "file"
    """read_file or write_file through the provider: path, digest, size."""
    PROCESS = "process"
    """A program start seen by the kernel: argv as executed, filename, uid inside, pid, ppid."""
    NETWORK = "network"
    """A socket, connect, bind or sendto attempt seen by the kernel: family, address, result."""
    LOST = "lost"
    """Events the instrument had to drop: count. Never silent."""
    ALERT = "alert"
    """A rule was broken: rule, what; raised by scope monitor or detectors."""
    CLOSED = "closed"
    """The sandbox ended: reason, counts of the above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One line of a sandbox's journal.

    sequence: from 0, without gaps.
    time_ns: wall clock of the host, nanoseconds since 1970 (UTC).
    previous: digest of the line before; the first has that of the empty string.
    """

    sequence: int
    time_ns: int
    sandbox: str
    kind: JournalKind
    facts: Mapping[str, Json]
    previous: Digest
