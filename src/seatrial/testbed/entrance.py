"""How a command gets into a sandbox, and how its tree is killed, per runtime."""

import os
import signal
from contextlib import suppress

import anyio.to_thread

from seatrial.testbed.accounts import Account
from seatrial.testbed.command import Command, Entry
from seatrial.testbed.environment import default_environment
from seatrial.testbed.live import LiveSandbox
from seatrial.testbed.runsc import kill_tree_in_runsc, runsc_entry


def entry_for(
    live: LiveSandbox,
    command: Command,
    account: Account,
    *,
    child: str,
    status: int,
    groups: tuple[int, ...],
) -> Entry:
    """Say which process to start for a command.

    child: the command's name within the sandbox. status: descriptor that gets how it ended.
    groups: descriptors of the cgroup.procs files to join.
    """
    variables = default_environment(account) | dict(command.env or {})
    if live.record.runtime == "runsc":
        return runsc_entry(live, command, account, variables, child=child, status=status)
    listed = [f"{name}={value}" for name, value in variables.items()]
    return Entry(
        program=str(live.tools.native.enter),
        argv=(
            *(str(status), str(live.pidfd), str(live.tools.filter)),
            ",".join(map(str, groups)) or "-",
            *(str(account.uid), str(account.gid)),
            ",".join(map(str, account.groups)) or "-",
            *(live.spec.workdir, command.cwd or ""),
            *(str(live.tools.open_files), str(live.processes)),
            *(str(len(listed)), *listed),
            *command.argv,
        ),
        keep=(status, live.pidfd, live.tools.filter, *groups),
    )


async def kill_tree(live: LiveSandbox, child: str, waiter: int) -> None:
    """Kill every process of a command. May be called again until its end is told.

    waiter: pid of the command's helper, not reaped yet.
    """
    if live.record.runtime == "runsc":
        # Seconds, when root inside is in its way: others must go on meanwhile.
        await anyio.to_thread.run_sync(kill_tree_in_runsc, live, child)
    elif live.tools.ordinary_user and live.cgroup.hierarchies.kill is None:
        os.kill(waiter, signal.SIGTERM)  # native/enter.c does it
    else:
        live.cgroup.kill_child(child)


def end_sandbox(live: LiveSandbox, waiter: int) -> None:
    """Kill a sandbox whose command will not die, and the command's helper.

    waiter: as for `kill_tree`.
    """
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(live.pidfd, signal.SIGKILL)
    os.kill(waiter, signal.SIGKILL)
