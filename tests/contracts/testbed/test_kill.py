"""Timeouts, cancellation and limits end a command with everything it started."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from seatrial.core.sandbox_spec import MIB, Limits
from seatrial.testbed import oci_testbed
from seatrial.testbed.cgroup_hierarchies import Hierarchies, find_hierarchies
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]

TREE = "sleep 301 & setsid sleep 302 & (sleep 303 &) ; nohup sleep 304 >/dev/null & sleep 305"


RUNNERS = """
#include <unistd.h>
int main(void) {
  for (int i = 0; i < 3; i++)
    if (fork() == 0) {
      setsid();
      for (;;)
        if (fork() > 0) _exit(0);
    }
  sleep(60);
}
"""


async def sleepers(sandbox: OciSandbox) -> int:
    outcome = await sandbox.exec(["pgrep", "-c", "-x", "sleep"])
    return int(outcome.stdout)


async def test_a_timeout_kills_the_whole_tree(opener: Opener) -> None:
    async with opener() as sandbox:
        outcome = await sandbox.exec(["sh", "-c", f"echo before; {TREE}"], timeout=0.5)
        left = await sleepers(sandbox)
    assert (outcome.timed_out, outcome.stdout, left) == (True, b"before\n", 0)


async def test_a_timeout_spares_other_commands(opener: Opener) -> None:
    async with opener() as sandbox:
        await sandbox.exec(["sh", "-c", "sleep 300 &"])
        await sandbox.exec(["sleep", "301"], timeout=0.2)
        assert await sleepers(sandbox) == 1


async def test_a_cancelled_command_is_killed_with_its_tree(opener: Opener) -> None:
    async with opener() as sandbox:
        with anyio.move_on_after(0.5):
            await sandbox.exec(["sh", "-c", TREE])
        assert await sleepers(sandbox) == 0


async def test_a_fork_bomb_ends_with_its_timeout(opener: Opener) -> None:
    async with opener(limits=Limits(pids=64)) as sandbox:
        bomb = "f() { f | f & }; f; sleep 60"
        outcome = await sandbox.exec(["bash", "-c", bomb], timeout=1.5)
        after = await sandbox.exec(["sh", "-c", "ps -e --no-headers | wc -l"])
    assert outcome.timed_out
    assert int(after.stdout) <= 4  # init, sh, ps, wc


async def test_a_process_that_forks_and_exits_without_end_is_killed(opener: Opener) -> None:
    async with opener() as sandbox:
        await sandbox.write_file("/srv/run.c", RUNNERS.encode())
        await sandbox.exec(["gcc", "/srv/run.c", "-o", "/srv/run"])
        outcome = await sandbox.exec(["/srv/run"], timeout=0.5)
        # Each fork takes a number: nobody else takes any between the two shells.
        numbers = await sandbox.exec(["sh", "-c", "echo $$; sleep 0.3; sh -c 'echo $$'"])
    first, second = map(int, numbers.stdout.split())
    assert (outcome.timed_out, second - first) == (True, 2)


def killing_by_freezer() -> Hierarchies:
    found = find_hierarchies(Path("/proc/self/mounts").read_text())
    freezers = [place for place in found.all if place.parent.name == "freezer"]
    if not freezers:
        pytest.skip("no v1 freezer")
    return replace(found, kill=freezers[0])


async def test_it_is_killed_too_where_only_the_freezer_stops_it(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on v1 hosts, which have no cgroup.kill."""
    frozen = killing_by_freezer()
    monkeypatch.setattr(oci_testbed, "find_hierarchies", lambda _: frozen)
    for _ in range(3):
        await test_a_process_that_forks_and_exits_without_end_is_killed(opener)


async def test_while_a_fork_bomb_runs_the_sandbox_still_answers(opener: Opener) -> None:
    async with opener(limits=Limits(pids=32)) as sandbox:
        await sandbox.exec(["sh", "-c", "for i in $(seq 60); do sleep 300 & done; true"])
        # The command itself starts; what it cannot do is fork.
        outcome = await sandbox.exec(["echo", "here"])
    assert outcome.stdout == b"here\n"


async def test_out_of_memory_is_reported_as_such(opener: Opener) -> None:
    async with opener(limits=Limits(memory_bytes=64 * MIB)) as sandbox:
        hungry = "x = bytearray(); \nwhile True: x += b'x' * 1048576"
        outcome = await sandbox.exec(["python3", "-c", hungry], timeout=60)
        fine = await sandbox.exec(["true"])
    assert (outcome.oom_killed, outcome.returncode) == (True, 137)
    assert not fine.oom_killed


async def test_the_processor_limit_holds(opener: Opener) -> None:
    async with opener(limits=Limits(cpus=0.2)) as sandbox:
        # Python's own start is left out: on a slow machine it takes longer than the spin.
        spin = "import time\nbegun = time.process_time()\nend = time.monotonic() + 2\n"
        spin += "while time.monotonic() < end: pass\nprint(time.process_time() - begun)"
        outcome = await sandbox.exec(["python3", "-c", spin], timeout=60)
    assert float(outcome.stdout) < 1.0
