"""Open an interactive shell in a live sandbox, on a terminal of its own."""

import os
import pty
import select
import shlex
import sys
import termios
import tty
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import seatrial
from seatrial.core.problem import UnavailableError
from seatrial.testbed.accounts import ROOT, Accounts
from seatrial.testbed.bundle import OPEN_FILES
from seatrial.testbed.cgroup_hierarchies import find_hierarchies
from seatrial.testbed.cgroups import Cgroup
from seatrial.testbed.environment import default_environment
from seatrial.testbed.native_build import build_native
from seatrial.testbed.places import default_places
from seatrial.testbed.records import Record, read_record
from seatrial.testbed.rights import rights_of
from seatrial.testbed.seccomp import compile_filter, filter_in_memory
from seatrial.testbed.spawn import reap, safe_pipe, spawn

_RUN = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from seatrial.testbed.shell import main; sys.exit(main(*sys.argv[2:]))"
)
_SHELL = """\
shell=sh; command -v bash >/dev/null && shell=bash
command -v script >/dev/null && exec script --quiet --return --command "$shell -l" /dev/null
exec "$shell" -l"""
"""`script` gives the shell a terminal of the sandbox's own, so that it has job control: Ctrl-C
stops a program, not the shell."""

_CHUNK = 4096


def shell_command(folder: Path, user: str, workdir: str) -> str:
    """Give a command line that opens a shell in the sandbox, for a person's terminal.

    folder: that of the sandbox's record.
    """
    package = str(Path(seatrial.__file__).parents[1])
    return shlex.join([sys.executable, "-I", "-c", _RUN, package, str(folder), user, workdir])


def main(folder: str, user: str, workdir: str) -> int:
    """Attach this terminal to a shell in a sandbox. Returns: the shell's exit status.

    Raises: UnavailableError when the sandbox has ended.
    """
    record = read_record(Path(folder))
    if record is None or record.init is None or not record.init.alive():
        raise UnavailableError("The sandbox has ended.", "Open a shell in one that runs.")
    terminal, theirs = pty.openpty()
    try:
        helper = _start(record, user, workdir, theirs)
    finally:
        os.close(theirs)
    try:
        _relay(terminal)
    finally:
        os.close(terminal)
    return _result(helper)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Helper:
    pid: int
    status: int


def _start(record: Record, user: str, workdir: str, terminal: int) -> _Helper:
    assert record.init is not None, "checked by the caller"  # noqa: S101 - narrows the type
    native = build_native(default_places().cache)
    hierarchies = find_hierarchies(Path("/proc/self/mounts").read_text())
    cgroup = Cgroup(hierarchies=hierarchies, name=record.cgroup)
    opened = [os.pidfd_open(record.init.pid), filter_in_memory(compile_filter())]
    root = os.open(f"/proc/{record.init.pid}/root", os.O_PATH | os.O_DIRECTORY)
    with rights_of(ROOT, record.base) if os.geteuid() == 0 else nullcontext():
        account = Accounts(root).find(user)
    os.close(root)
    groups = [os.open(file, os.O_WRONLY) for file in cgroup.make_child(f"t{os.getpid()}")]
    read, write = safe_pipe()
    variables = [f"{name}={value}" for name, value in default_environment(account).items()]
    variables.append(f"TERM={os.environ.get('TERM', 'dumb')}")
    pid = spawn(
        str(native.enter),
        [
            *(str(write), str(opened[0]), str(opened[1])),
            ",".join(map(str, groups)) or "-",
            *(str(account.uid), str(account.gid), ",".join(map(str, account.groups)) or "-"),
            *(workdir, "", str(OPEN_FILES), "-1", str(len(variables)), *variables),
            *("/bin/sh", "-c", _SHELL),
        ],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        keep=(write, *opened, *groups),
    )
    for file in (write, *opened, *groups):
        os.close(file)
    return _Helper(pid=pid, status=read)


def _relay(terminal: int) -> None:
    """Copy bytes both ways until the shell lets go of its terminal.

    The person's own terminal never goes inside: a program there could type into it.
    """
    ours = sys.stdin.fileno()
    before = termios.tcgetattr(ours) if os.isatty(ours) else None
    try:
        if before is not None:
            tty.setraw(ours)
        watched = [ours, terminal]
        while True:
            for file in select.select(watched, [], [])[0]:
                try:
                    chunk = os.read(file, _CHUNK)
                except OSError:  # how Linux tells that nobody has the other side open
                    return
                if not chunk and file == terminal:
                    return
                if not chunk:
                    watched.remove(ours)
                    os.write(terminal, b"\x04")
                    continue
                os.write(terminal if file == ours else sys.stdout.fileno(), chunk)
    finally:
        if before is not None:
            termios.tcsetattr(ours, termios.TCSAFLUSH, before)


def _result(helper: _Helper) -> int:
    said = os.read(helper.status, _CHUNK).decode().split()
    os.close(helper.status)
    reap(helper.pid)
    return int(said[1]) if said[:1] == ["exit"] else 1
