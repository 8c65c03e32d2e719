"""Nothing of a sandbox is left when it has ended, however it ended."""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import pytest

from seatrial.core.problem import UnavailableError
from seatrial.testbed.cgroup_hierarchies import find_hierarchies
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]


def mounts() -> str:
    return Path("/proc/self/mountinfo").read_text()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def left_of(base: int, cgroup: str, folder: Path) -> list[str]:
    """Name whatever is left of a sandbox on this machine."""
    found = [str(folder)] if folder.exists() else []
    found += [str(one) for one in folder.parent.glob(".*")]
    for hierarchy in find_hierarchies(Path("/proc/self/mounts").read_text()).all:
        found += [str(one) for one in hierarchy.glob(f"**/{cgroup}")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            ours = base <= process.stat().st_uid < base + 65_536
            # A zombie only waits for the machine's init to take notice of it.
            if ours and ") Z " not in (process / "stat").read_text():
                found.append(str(process))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


async def test_an_ended_sandbox_leaves_nothing(opener: Opener) -> None:
    before, descriptors = mounts(), open_files()
    # An ordinary user's sandboxes have no private network.
    async with opener(network="n" if os.geteuid() == 0 else None) as sandbox:
        await sandbox.exec(["sh", "-c", "setsid sleep 300 & sleep 301 & true"])
        record, folder = sandbox.live.record, sandbox.live.folder
        assert left_of(record.base, record.cgroup, folder) != []
    assert left_of(record.base, record.cgroup, folder) == []
    assert mounts() == before
    # The testbed's own: the watcher's pipe and the filter.
    assert open_files() <= descriptors + 2


async def test_a_cancelled_sandbox_leaves_nothing(opener: Opener) -> None:
    seen = []
    with anyio.move_on_after(1.0):
        async with opener() as sandbox:
            seen.append((sandbox.live.record, sandbox.live.folder))
            await sandbox.exec(["sh", "-c", "setsid sleep 300 & sleep 301"])
    record, folder = seen[0]
    assert left_of(record.base, record.cgroup, folder) == []


@pytest.mark.parametrize("delay_ms", [0, 1, 2, 4, 8, 12, 16, 20, 30])
async def test_a_start_cancelled_midway_leaves_nothing(
    opener: Opener, testbed: OciTestbed, delay_ms: int
) -> None:
    with anyio.move_on_after(delay_ms / 1000):
        async with opener():
            await anyio.sleep_forever()
    launcher = testbed._launcher
    if launcher is None:
        return
    assert list(launcher.records.folder.iterdir()) == []
    tag = launcher.records._tag
    for hierarchy in launcher.hierarchies.all:
        assert list(hierarchy.glob(f"{tag}-*")) == []


async def test_a_failed_start_leaves_nothing_and_says_why(
    opener: Opener, testbed: OciTestbed
) -> None:
    with pytest.raises(UnavailableError, match="no user 'ghost'"):
        async with opener(user="ghost"):
            pass
    assert testbed._launcher is not None
    assert list(testbed._launcher.records.folder.iterdir()) == []


async def test_a_sandbox_that_died_by_itself_leaves_nothing(opener: Opener) -> None:
    async with opener() as sandbox:
        record, folder = sandbox.live.record, sandbox.live.folder
        signal.pidfd_send_signal(sandbox.live.pidfd, signal.SIGKILL)
    assert left_of(record.base, record.cgroup, folder) == []


async def test_many_at_once_come_and_go(opener: Opener, testbed: OciTestbed) -> None:
    answers: list[bytes] = []

    async def one() -> None:
        async with opener() as sandbox:
            answers.append((await sandbox.exec(["echo", "up"])).stdout)

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(one)
    assert answers == [b"up\n"] * 20
    assert testbed._launcher is not None
    assert list(testbed._launcher.records.folder.iterdir()) == []
