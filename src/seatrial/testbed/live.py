"""What the harness holds of one running sandbox."""

import os
import select
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.accounts import ROOT, Account, Accounts
from seatrial.testbed.cgroups import Cgroup
from seatrial.testbed.files import SandboxFiles
from seatrial.testbed.instrument import SandboxJournal
from seatrial.testbed.native_build import Native
from seatrial.testbed.peeked_files import PeekedFiles
from seatrial.testbed.records import Record
from seatrial.testbed.rights import rights_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every sandbox of a testbed shares.

    filter: descriptor of the compiled seccomp filter. open_files: RLIMIT_NOFILE inside.
    ordinary_user: whether the harness is one, who owns the sandboxes' user namespaces but has
        no rights over their ids.
    """

    native: Native
    filter: int
    open_files: int
    ordinary_user: bool = False


@dataclass(slots=True, kw_only=True)
class LiveSandbox:
    """A running sandbox, its descriptors and bookkeeping.

    program: the runtime's path. pidfd: its first process. root: its root directory.
    processes: RLIMIT_NPROC where no control group limits them, else -1.
    closed: set once, before it is stopped.
    """

    spec: SandboxSpec
    label: str
    record: Record
    folder: Path
    tools: Tools
    cgroup: Cgroup
    program: str
    pidfd: int
    root: int
    files: SandboxFiles | PeekedFiles
    accounts: Accounts
    journal: SandboxJournal
    processes: int = -1
    closed: bool = False
    commands: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def account(self, user: str | None) -> Account:
        """Look up a user, or the sandbox's default one. Raises: NoSuchUserError."""
        with nullcontext() if self.tools.ordinary_user else rights_of(ROOT, self.record.base):
            return self.accounts.find(user or self.spec.user)

    def running(self) -> bool:
        """Whether its first process lives."""
        if self.closed:
            return False
        # Readable once it ended, also while nobody has reaped it.
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return not poll.poll(0)

    def next_command(self) -> str:
        """Name the group of the next command."""
        self.commands += 1
        return f"c{self.commands}"

    def close_descriptors(self) -> None:
        """Let go of the sandbox's process and file system."""
        os.close(self.root)
        os.close(self.pidfd)
