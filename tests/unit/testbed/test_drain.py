import fcntl
import os
import signal

import anyio
import pytest

from seatrial.testbed.drain import Pipes, _bytes_waiting
from seatrial.testbed.spawn import reap, safe_pipe, spawn

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def start(script: str, *, stdin: bytes = b"", limit: int = 1 << 20) -> tuple[int, Pipes]:
    """Run a shell script with its pipes; descriptor 9 is its status."""
    ends = [safe_pipe() for _ in range(4)]
    (in_read, in_write), (out_read, out_write), (err_read, err_write), (said_read, said) = ends
    pid = spawn(
        "/bin/bash",
        ["-c", script.replace("STATUS", str(said))],
        stdin=in_read,
        stdout=out_write,
        stderr=err_write,
        keep=(said,),
    )
    for file in (in_read, out_write, err_write, said):
        os.close(file)
    return pid, Pipes(
        stdout=out_read,
        stderr=err_read,
        status=said_read,
        stdin=in_write,
        to_send=memoryview(stdin),
        limit=limit,
    )


async def finish(pid: int, pipes: Pipes) -> None:
    with anyio.fail_after(30):
        while not pipes.ended:
            await pipes.run()
    pipes.close()
    reap(pid)


async def test_both_streams_and_the_status_arrive() -> None:
    pid, pipes = start("echo out; echo err >&2; echo exit 0 >&STATUS")
    await finish(pid, pipes)
    assert (bytes(pipes.out), bytes(pipes.err), bytes(pipes.said)) == (
        b"out\n",
        b"err\n",
        b"exit 0\n",
    )


async def test_much_input_and_output_pass_at_once() -> None:
    content = bytes(range(256)) * 4096
    pid, pipes = start("cat", stdin=content, limit=1 << 21)
    await finish(pid, pipes)
    assert bytes(pipes.out) == content


async def test_a_command_that_does_not_read_is_no_trouble() -> None:
    pid, pipes = start("exec 0<&-; echo done", stdin=b"x" * 1_000_000)
    await finish(pid, pipes)
    assert bytes(pipes.out) == b"done\n"


async def test_output_beyond_the_limit_is_dropped_and_told() -> None:
    pid, pipes = start("head -c 5000 /dev/zero", limit=1000)
    await finish(pid, pipes)
    assert (pipes.exceeded, len(pipes.out)) == (True, 1000)


async def test_a_pipe_held_open_does_not_delay_the_end() -> None:
    pid, pipes = start("(sleep 60 STATUS>&-) & echo out; exec STATUS>&-")
    with anyio.fail_after(30):
        while not pipes.ended:
            await pipes.run()
    pipes.close()
    os.killpg(pid, 9)
    reap(pid)
    assert bytes(pipes.out) == b"out\n"


async def test_a_background_flood_after_the_end_is_nobodys() -> None:
    pid, pipes = start(
        "(exec STATUS>&-; exec yes) & echo exit 0 >&STATUS; exec STATUS>&-; kill -STOP $$"
    )
    full = fcntl.fcntl(pipes.stdout, fcntl.F_GETPIPE_SZ)
    with anyio.fail_after(30):
        for _ in range(2000):
            if _bytes_waiting(pipes.stdout) == full:
                break
            await anyio.sleep(0.01)
        await pipes.run()
    pipes.close()
    os.killpg(pid, signal.SIGKILL)
    reap(pid)
    assert (pipes.ended, pipes.exceeded) == (True, False)
