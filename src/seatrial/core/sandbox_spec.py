"""What a sandbox is asked to be: data, so that a plan can name and hash it."""

from dataclasses import dataclass, field
from enum import StrEnum

MIB = 1024 * 1024


class Need(StrEnum):
    """A property of the sandbox that a task cannot do without."""

    SETUID = "setuid"
    PTRACE = "ptrace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Resource limits of one sandbox.

    memory_bytes: cgroup memory, swap included (no extra swap).
    pids: processes and threads alive at once.
    cpus: CPU time per wall time, 1.0 is one processor.
    disk_bytes: what may be written over the image; charged to the memory cgroup as well.
    Defaults: room for gcc with AddressSanitizer on a small program, measured with 2x to spare.
    """

    memory_bytes: int = 1024 * MIB
    pids: int = 256
    cpus: float = 1.0
    disk_bytes: int = 256 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSpec:
    """One sandbox of a sample.

    image: name of an image the testbed holds, or its digest `sha256:...`.
    user: default user inside; a name of the image's passwd file or a decimal uid.
    workdir: where relative paths and commands start; made, owned by `user`.
    network: None is loopback only; sandboxes of one sample with the same name share a
        private network that leads nowhere else.
    """

    image: str
    user: str = "root"
    workdir: str = "/root"
    limits: Limits = field(default_factory=Limits)
    needs: frozenset[Need] = frozenset()
    network: str | None = None
    hostname: str = "sandbox"
