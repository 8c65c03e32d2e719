"""File access from the host's side against a sandbox that lays traps for it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

import anyio
import pytest

from seatrial.core.canonical import Json
from seatrial.core.journal_entry import JournalKind
from seatrial.core.ports import DiskFullError, NotARegularFileError
from seatrial.core.sandbox_spec import MIB, Limits, SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]
Entry = tuple[JournalKind, Mapping[str, Json]]


class Memory:
    """Keeps the entries of all journals in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def open(self, *, sandbox: str, uid_base: int) -> "Memory":
        del sandbox, uid_base
        return self

    def record(self, kind: JournalKind, facts: Mapping[str, Json]) -> None:
        self.entries.append((kind, facts))

    def close(self) -> None:
        pass

    def files(self) -> list[Mapping[str, Json]]:
        return [facts for kind, facts in self.entries if kind is JournalKind.FILE]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def journaled(places: Places, memory: Memory) -> Iterator[OciTestbed]:
    made = OciTestbed(places, ImageStore(places.cache), memory)
    yield made
    made.close()


async def must(sandbox: OciSandbox, script: str, user: str = "root") -> None:
    outcome = await sandbox.exec(["sh", "-c", script], user=user)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("path", ["/etc/passwd\0.txt", "/etc/passwd\0/../../srv/x", "/srv/\ud800"])
async def test_a_name_that_the_kernel_would_cut_is_no_file(opener: Opener, path: str) -> None:
    """Else the journal and the scope monitor would read another path than the kernel."""
    async with opener() as sandbox:
        with pytest.raises(FileNotFoundError):
            await sandbox.read_file(path)
        with pytest.raises(FileNotFoundError):
            await sandbox.write_file(path, b"root::0:0::/:/bin/sh\n")
        assert b"agent" in await sandbox.read_file("/etc/passwd")


@pytest.mark.parametrize("name", ["slabinfo", "vmallocinfo", "pagetypeinfo", "kpagecount"])
async def test_root_inside_has_no_right_over_files_of_the_hosts_root(
    opener: Opener, name: str
) -> None:
    async with opener() as sandbox:
        told = await sandbox.exec(["cat", f"/proc/{name}"])
        if b"No such file" in told.stderr:
            pytest.skip(f"this kernel has no /proc/{name}")
        await must(sandbox, f"ln -s /proc/{name} /srv/link")
        assert told.returncode != 0
        for path in (f"/proc/{name}", "/srv/link"):
            with pytest.raises(PermissionError):
                await sandbox.read_file(path)


async def test_the_list_of_users_is_read_with_the_sandboxs_rights(opener: Opener) -> None:
    """`/etc/passwd` may be a link: the host's rights would read what root inside cannot."""
    async with opener() as sandbox:
        await must(sandbox, "cp /etc/passwd /srv/p; ln -sf /proc/slabinfo /etc/passwd")
        capabilities: list[int] = []
        find = sandbox.live.accounts.find

        def spied(user: str) -> object:
            capabilities.append(int(_effective(), 16))
            return find(user)

        sandbox.live.accounts.find = spied  # type: ignore[method-assign,assignment]  # a spy
        assert (await sandbox.exec(["true"], user="agent")).returncode == 126
        assert (await sandbox.exec(["true"], user="0")).returncode == 0
    assert set(capabilities) == {0}


def _effective() -> str:
    # As bytes: without rights a codec may not be loaded.
    status = Path("/proc/thread-self/status").read_bytes()
    return next(line.split()[1].decode() for line in status.splitlines() if b"CapEff" in line)


SWAPPER = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  char away[64];
  chdir("/srv/open");
  symlink("/root/closed", "l");
  for (int i = 0;; i++) {
    if (renameat2(AT_FDCWD, "d", AT_FDCWD, "l", RENAME_EXCHANGE)) continue;
    snprintf(away, sizeof away, "away%d", i);
    rename("l", away);
    rename("d", "l");
  }
}
"""


async def test_a_folder_swapped_for_a_link_while_it_is_made_opens_nothing(opener: Opener) -> None:
    async with opener() as sandbox:
        await must(sandbox, "mkdir -m 700 /root/closed; mkdir -m 777 /srv/open")
        await sandbox.write_file("/srv/p.c", SWAPPER.encode())
        await must(sandbox, "gcc -w -O1 /srv/p.c -o /srv/p")
        await sandbox.exec(["sh", "-c", "setsid /srv/p > /dev/null 2>&1 &"], user="agent")
        for _ in range(3000):
            with suppress(OSError):
                await sandbox.write_file("/srv/open/d/f", b"x")
        mode = await sandbox.exec(["stat", "-c", "%a", "/root/closed"])
        away = await sandbox.exec(["sh", "-c", "ls /srv/open | grep -c away"])
    assert int(away.stdout) > 100
    assert mode.stdout == b"700\n"


async def test_every_access_is_journaled_also_one_that_fails(
    journaled: OciTestbed, memory: Memory
) -> None:
    spec = SandboxSpec(image="workbench", limits=Limits(disk_bytes=2 * MIB))
    async with journaled.open(spec, label="a") as sandbox:
        await sandbox.write_file("/srv/small", b"x")
        with pytest.raises(FileNotFoundError):
            await sandbox.read_file("/no/such")
        with pytest.raises(DiskFullError):
            await sandbox.write_file("/srv/big", bytes(4 * MIB))
        with pytest.raises(NotARegularFileError):
            await sandbox.read_file("/dev/zero")
    found = [(one["verb"], one["path"], one["size"], one["error"]) for one in memory.files()]
    assert found == [
        ("write", "/srv/small", 1, None),
        ("read", "/no/such", 0, "FileNotFoundError"),
        ("write", "/srv/big", 4 * MIB, "DiskFullError"),
        ("read", "/dev/zero", 0, "NotARegularFileError"),
    ]


async def test_a_cancelled_write_is_journaled(journaled: OciTestbed, memory: Memory) -> None:
    async with journaled.open(SandboxSpec(image="workbench"), label="a") as sandbox:
        with anyio.move_on_after(0):
            await sandbox.write_file("/srv/big", bytes(8 * MIB))
    assert [one["path"] for one in memory.files()] == ["/srv/big"]


async def test_quotas_count_every_way_of_filling_them(opener: Opener) -> None:
    """Sparse files are free, links and names are not without end, attributes are memory."""
    async with opener(
        limits=Limits(disk_bytes=4 * MIB, memory_bytes=128 * MIB),
        user="agent",
        workdir="/home/agent",
    ) as sandbox:
        await must(
            sandbox, "truncate -s 1T sparse; dd if=/dev/zero of=a bs=1M count=1 2>&1", "agent"
        )
        full = await sandbox.exec(["sh", "-c", "head -c 8M /dev/zero > b"])
        names = "import os\nfor i in range(10**6):\n    os.link('a', f'l{i}')"
        links = await sandbox.exec(["python3", "-c", names])
        await must(sandbox, "rm -f b l*", "agent")
        tall = "import os\nfor i in range(10**6):\n    os.setxattr('a', f'user.{i}', b'x' * 60000)"
        attributes = await sandbox.exec(["python3", "-c", tall])
        shared = await sandbox.exec(["sh", "-c", "head -c 80M /dev/zero > /dev/shm/x"])
        still = await sandbox.exec(["echo", "on"])
    assert b"No space" in full.stderr
    assert b"No space" in links.stderr
    assert attributes.returncode != 0
    assert shared.returncode != 0
    assert still.stdout == b"on\n"


async def test_memory_files_count_as_memory(opener: Opener) -> None:
    async with opener(limits=Limits(memory_bytes=64 * MIB, disk_bytes=512 * MIB)) as sandbox:
        outcome = await sandbox.exec(["dd", "if=/dev/zero", "of=/srv/x", "bs=1M", "count=200"])
        assert outcome.oom_killed
        assert outcome.returncode == 137
        assert (await sandbox.exec(["rm", "/srv/x"])).returncode == 0


async def test_no_descriptor_of_the_harness_is_inside(opener: Opener) -> None:
    leak = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    os.set_inheritable(leak, True)  # noqa: FBT003 - its one argument
    try:
        async with opener() as sandbox:
            own = await sandbox.exec(["sh", "-c", "ls -l /proc/self/fd /proc/$$/fd /proc/1/fd"])
    finally:
        os.close(leak)
    targets = {line.split(b" -> ")[1] for line in own.stdout.splitlines() if b" -> " in line}
    assert {one for one in targets if not one.startswith((b"pipe:", b"/proc/"))} == set()
