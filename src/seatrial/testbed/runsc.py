"""What is different under gVisor (`runsc`), whose processes the host cannot enter.

Commands go through `runsc exec`; files go through the root directory of its file server
(the gofer), which is the sandbox's root on the host's side.
"""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from seatrial.core.canonical import Json
from seatrial.core.problem import UnavailableError
from seatrial.testbed.accounts import ROOT, Account
from seatrial.testbed.bundle import INIT_INSIDE
from seatrial.testbed.cgroups import Cgroup
from seatrial.testbed.command import Command, Entry
from seatrial.testbed.live import LiveSandbox

FLAGS = (
    "--network=none",
    "--platform=ptrace",  # the one platform that Debian's build has and every machine runs
    "--ignore-cgroups",  # the launcher has joined ours: the sentry and gofer are inside
    "--file-access=shared",  # or the sentry would not see files written from outside
)

_ENTER = 'cd "$1" || exit 126; shift; exec "$@"'
"""Run by the sandbox's shell, which tells 126 and 127 apart; runsc says 128 for both."""

_KILL = """
tree="$1"
kill -STOP "$1" 2>/dev/null
while :; do
  more=""
  for file in /proc/[0-9]*/stat; do
    read -r line < "$file" || continue
    pid="${line%% *}"; rest="${line##*) }"; set -- $rest; parent="$2"
    case " $tree " in *" $pid "*) continue ;; esac
    case " $tree " in *" $parent "*) more="$more $pid"; kill -STOP "$pid" ;; esac
  done 2>/dev/null
  [ -n "$more" ] || break
  tree="$tree $more"
done
kill -KILL $tree 2>/dev/null
"""
"""Stop and then kill a process and all its descendants. One that cut its line of parents
(forked twice) is not found: that needs control groups, which gVisor's processes have none of."""

_KILL_SECONDS = 5
"""A shell inside does it, which root inside may have replaced by one that never ends."""

_INIT = "/run/init"
"""Where process 1 is: gVisor makes its own /dev, and one with a file of ours cannot be listed."""


def adapt_bundle(config: dict[str, Json]) -> None:
    """Change a bundle to what gVisor takes: its own mqueue, and /tmp from the overlay.

    It would put a memory file system of its own on an empty /tmp, out of the host's sight.
    """
    mounts = config["mounts"]
    assert isinstance(mounts, list), "made by bundle_config"  # noqa: S101 - narrows the type
    process = config["process"]
    assert isinstance(process, dict), "made by bundle_config"  # noqa: S101 - narrows the type
    process["args"] = [_INIT]
    config["mounts"] = [
        *(
            one | {"destination": _INIT} if one["destination"] == INIT_INSIDE else one
            for one in mounts
            if one["destination"] != "/dev/mqueue"
        ),
        {
            "destination": "/tmp",  # noqa: S108 - a folder of the sandbox
            "type": "bind",
            "source": "/mnt/r/tmp",
            "options": ["bind", "rw"],
        },
    ]


def gofer_of(cgroup: Cgroup) -> int:
    """Find the sandbox's file server. Raises: UnavailableError when there is none."""
    for pid in cgroup.members():
        try:
            name = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            continue
        if name == b"runsc-gofer":
            return pid
    raise UnavailableError(
        "gVisor's file server was not found in the sandbox's control group.",
        "Use runtime crun, or a machine with control groups.",
    )


def container_id(block: int) -> str:
    """Name a sandbox for its runtime: of fixed width, since runsc matches by prefix."""
    return f"s{block:04d}"


def runsc_entry(
    live: LiveSandbox,
    command: Command,
    account: Account,
    variables: dict[str, str],
    *,
    child: str,
    status: int,
) -> Entry:
    """Say how to run a command by `runsc exec`."""
    groups = [part for group in account.groups for part in ("-additional-gids", str(group))]
    listed = [part for name, value in variables.items() for part in ("-env", f"{name}={value}")]
    where = os.path.join(live.spec.workdir, command.cwd or "")  # noqa: PTH118 - a path inside
    return Entry(
        program=str(live.tools.native.tell),
        argv=(
            str(status),
            *_exec(live, account, child),
            *groups,
            *listed,
            container_id(live.record.block),
            *("/bin/sh", "-c", _ENTER, "sh", where, *command.argv),
        ),
        keep=(status,),
    )


def kill_tree_in_runsc(live: LiveSandbox, child: str) -> None:
    """Kill a command's first process and its descendants, from inside as root."""
    try:
        pid = int(_pid_file(live, child).read_text())
    except (OSError, ValueError):
        return  # not started yet; the caller comes again
    with suppress(subprocess.TimeoutExpired):  # the caller comes again, then ends the sandbox
        subprocess.run(  # noqa: S603 - a fixed command
            [
                *_exec(live, ROOT, "kill"),
                container_id(live.record.block),
                *("/bin/sh", "-c", _KILL, "sh", str(pid)),
            ],
            env={},
            input=b"",  # a pipe: runsc gives its standard streams away
            capture_output=True,
            timeout=_KILL_SECONDS,
            check=False,
        )


def _exec(live: LiveSandbox, account: Account, child: str) -> tuple[str, ...]:
    return (
        *(live.program, "--root", str(live.folder / "state"), *FLAGS, "exec"),
        *("-internal-pid-file", str(_pid_file(live, child))),
        *("-user", f"{account.uid}:{account.gid}"),
    )


def _pid_file(live: LiveSandbox, child: str) -> Path:
    return live.folder / f"{child}.pid"
