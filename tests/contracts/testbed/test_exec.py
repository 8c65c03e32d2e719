"""What running a command promises beyond Inspect's own checks."""

import signal
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import anyio
import pytest

from seatrial.core.ports import MAX_OUTPUT_BYTES, ExecOutcome, SandboxGoneError
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]


async def test_a_missing_working_directory_is_named(opener: Opener) -> None:
    async with opener() as sandbox:
        outcome = await sandbox.exec(["true"], cwd="/no/such/place")
    assert outcome.returncode == 126
    assert outcome.stderr == (
        b"cannot enter working directory '/no/such/place': No such file or directory\n"
    )


async def test_a_working_directory_closed_to_the_user_is_named(opener: Opener) -> None:
    async with opener(user="agent", workdir="/home/agent") as sandbox:
        await sandbox.exec(["chmod", "700", "/root"], user="root")
        outcome = await sandbox.exec(["true"], cwd="/root")
    assert (outcome.returncode, b"Permission denied" in outcome.stderr) == (126, True)


async def test_commands_run_side_by_side(opener: Opener) -> None:
    async with opener() as sandbox:
        outcomes: list[ExecOutcome] = []

        async def meet(mine: str, other: str) -> None:
            # Each waits for the other's file: one after the other, both would time out.
            script = f"touch /srv/{mine}; until [ -e /srv/{other} ]; do sleep 0.02; done; echo met"
            outcomes.append(await sandbox.exec(["sh", "-c", script], timeout=30))

        async with anyio.create_task_group() as group:
            for number in range(0, 8, 2):
                group.start_soon(meet, f"{number}", f"{number + 1}")
                group.start_soon(meet, f"{number + 1}", f"{number}")
    assert [outcome.stdout for outcome in outcomes] == [b"met\n"] * 8


async def test_no_variable_of_the_host_is_inside(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATRIAL_TEST_SECRET", "do-not-leak")
    async with opener() as sandbox:
        outcome = await sandbox.exec(["env"])
        environments = await sandbox.exec(["sh", "-c", "cat /proc/*/environ"])
    names = {line.split(b"=")[0] for line in outcome.stdout.splitlines()}
    assert names == {b"PATH", b"HOME", b"USER", b"LOGNAME", b"LANG"}
    assert b"do-not-leak" not in environments.stdout


async def test_output_over_the_limit_ends_the_command(opener: Opener) -> None:
    async with opener() as sandbox:
        outcome = await sandbox.exec(["yes"], timeout=60)
    assert outcome.output_exceeded
    assert len(outcome.stdout) == MAX_OUTPUT_BYTES
    assert not outcome.timed_out


async def test_the_limit_counts_each_stream(opener: Opener) -> None:
    async with opener() as sandbox:
        script = "head -c 9000000 /dev/zero; head -c 9000000 /dev/zero >&2"
        outcome = await sandbox.exec(["sh", "-c", script])
    assert not outcome.output_exceeded
    assert (len(outcome.stdout), len(outcome.stderr)) == (9_000_000, 9_000_000)


async def test_a_background_process_does_not_hold_the_command_up(opener: Opener) -> None:
    async with opener() as sandbox:
        started = time.monotonic()
        outcome = await sandbox.exec(["sh", "-c", "sleep 300 & echo started"])
        waited = time.monotonic() - started
        alive = await sandbox.exec(["pgrep", "-x", "sleep"])
    assert (outcome.stdout, outcome.returncode) == (b"started\n", 0)
    assert waited < 100
    assert alive.returncode == 0


async def test_a_signal_is_told_as_shells_do(opener: Opener) -> None:
    async with opener() as sandbox:
        outcome = await sandbox.exec(["sh", "-c", "kill -SEGV $$"])
    assert outcome.returncode == 128 + 11


async def test_a_missing_program_gives_127(opener: Opener) -> None:
    async with opener() as sandbox:
        outcome = await sandbox.exec(["no-such-program"])
    assert (outcome.returncode, outcome.stderr) == (
        127,
        b"no-such-program: No such file or directory\n",
    )


async def test_an_unknown_user_is_named(opener: Opener) -> None:
    async with opener() as sandbox:
        outcome = await sandbox.exec(["true"], user="nobody-here")
    assert (outcome.returncode, b"nobody-here" in outcome.stderr) == (126, True)


@pytest.mark.parametrize("argument", ["a\0b", "\ud800", "x" * 200_000])
async def test_an_argument_no_program_can_take_is_refused(opener: Opener, argument: str) -> None:
    async with opener() as sandbox:
        outcome = await sandbox.exec(["true", argument])
    assert outcome.returncode == 126
    assert b"cannot pass the command on" in outcome.stderr
    assert b"/enter" not in outcome.stderr  # the helper's path on the host stays there


async def test_setuid_programs_work(opener: Opener) -> None:
    async with opener() as sandbox:
        await sandbox.exec(["cp", "/usr/bin/id", "/usr/local/bin/rootly"], user="root")
        await sandbox.exec(["chmod", "4755", "/usr/local/bin/rootly"], user="root")
        outcome = await sandbox.exec(["rootly", "-u"], user="agent")
    assert outcome.stdout == b"0\n"


async def test_sanitizers_and_debuggers_work(opener: Opener) -> None:
    program = b"#include <stdlib.h>\nint main(void) { char *p = malloc(4); return p[4]; }\n"
    async with opener(user="agent", workdir="/home/agent") as sandbox:
        await sandbox.write_file("bug.c", program)
        built = await sandbox.exec(["gcc", "-g", "-fsanitize=address", "bug.c", "-o", "bug"])
        assert built.returncode == 0, built.stderr
        run = await sandbox.exec(["./bug"])
        debugged = await sandbox.exec(
            ["gdb", "-batch", "-ex", "break main", "-ex", "run", "-ex", "bt", "./bug"]
        )
    assert b"heap-buffer-overflow" in run.stderr
    assert b"#0  main" in debugged.stdout


async def test_orphans_are_reaped(opener: Opener) -> None:
    async with opener() as sandbox:
        await sandbox.exec(["sh", "-c", "for i in 1 2 3 4 5; do (sleep 0.05 &) ; done"])
        await anyio.sleep(0.5)
        zombies = await sandbox.exec(["sh", "-c", "ps -eo stat= | grep -c ^Z"])
    assert zombies.stdout == b"0\n"


async def test_a_sandbox_that_ended_says_so(opener: Opener) -> None:
    async with opener() as sandbox:
        live = sandbox.live
        signal.pidfd_send_signal(live.pidfd, signal.SIGKILL)
        with anyio.fail_after(10):
            await anyio.wait_readable(live.pidfd)
        with pytest.raises(SandboxGoneError):
            await sandbox.exec(["true"])
        with pytest.raises(SandboxGoneError):
            await sandbox.read_file("/etc/hostname")
