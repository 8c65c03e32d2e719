"""What a sandbox can see and reach, tried from inside as its root."""

import os
import stat
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]

CALLS = """
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static void tell(const char *name, long result) {
  printf("%s %d\\n", name, result < 0 ? errno : 0);
}
int main(void) {
  tell("vsock", socket(40, SOCK_STREAM, 0));
  tell("inet", socket(AF_INET, SOCK_STREAM, 0));
  tell("raw", socket(AF_INET, SOCK_RAW, 1));
  tell("alg", socket(38, SOCK_SEQPACKET, 0));
  tell("io_uring", syscall(425, 1, 0));
  tell("unshare", unshare(CLONE_NEWUSER));
  tell("clone3", syscall(435, 0, 0));
  tell("sibling", syscall(SYS_clone, CLONE_PARENT, 0, 0, 0, 0));
  tell("mount", syscall(SYS_mount, "a", "/srv", "tmpfs", 0, 0));
  tell("bpf", syscall(SYS_bpf, 0, 0, 0));
  tell("keyctl", syscall(SYS_keyctl, 0, -3, 0));
  tell("userfaultfd", syscall(SYS_userfaultfd, 0));
  tell("perf", syscall(SYS_perf_event_open, 0, 0, 0, 0, 0));
  tell("no_randomize", personality(0x40000));
  tell("mmap_zero", personality(0x100000));
  tell("x32", syscall(0x40000000 + 39));
  tell("future", syscall(900));
#ifdef __x86_64__
  long domain[3] = {0}, result;
  int *argument = (int *)domain;
  argument[0] = 40; argument[1] = 1; argument[2] = 0;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(102L), "b"(1L), "c"(0L) : "memory");
  printf("socketcall %ld\\n", -result);
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(359L), "b"(40L), "c"(1L), "d"(0L) : "memory");
  printf("socket32 %ld\\n", -result);
#endif
}
"""

EXPECTED = {
    "vsock": 97,
    "inet": 0,
    "raw": 0,
    "alg": 97,
    "io_uring": 38,
    "unshare": 1,
    "clone3": 38,
    "sibling": 1,
    "mount": 1,
    "bpf": 1,
    "keyctl": 1,
    "userfaultfd": 1,
    "perf": 1,
    "no_randomize": 0,
    "mmap_zero": 1,
    "x32": 38,
    "future": 38,
    "socketcall": 38,
    "socket32": 97,
}
"""errno by call, as root inside: 1 EPERM, 38 ENOSYS, 97 EAFNOSUPPORT."""


async def shell(sandbox: OciSandbox, script: str, user: str = "root") -> str:
    outcome = await sandbox.exec(["sh", "-c", script], user=user)
    return outcome.stdout.decode() + outcome.stderr.decode()


async def test_the_filter_holds_for_both_call_interfaces(opener: Opener) -> None:
    async with opener() as sandbox:
        await sandbox.write_file("/srv/calls.c", CALLS.encode())
        said = await shell(sandbox, "gcc -w /srv/calls.c -o /srv/calls && /srv/calls")
    found = {name: int(code) for name, code in (line.split() for line in said.splitlines())}
    assert found == EXPECTED


async def test_the_filter_and_capabilities_hold_for_process_1_too(opener: Opener) -> None:
    async with opener() as sandbox:
        status = await shell(sandbox, "cat /proc/1/status")
        own = await shell(sandbox, "cat /proc/self/status")
    first, second = (
        {
            key: value.split()
            for key, _, value in (line.partition(":") for line in text.splitlines())
        }
        for text in (status, own)
    )
    for key in ("CapBnd", "CapPrm", "CapEff", "Seccomp"):
        assert first[key] == second[key]
    # Process 1 has a filter of its own as well: it starts no program and needs no privilege.
    assert (first["Seccomp_filters"], second["Seccomp_filters"]) == (["2"], ["1"])
    assert (first["NoNewPrivs"], second["NoNewPrivs"]) == (["1"], ["0"])
    assert int(first["CapBnd"][0], 16) & (1 << 21 | 1 << 12) == 0  # SYS_ADMIN, NET_ADMIN


async def test_only_loopback_is_there(opener: Opener) -> None:
    async with opener() as sandbox:
        assert await shell(sandbox, "ls /sys/class/net") == "lo\n"
        assert "unreachable" in await shell(sandbox, "exec 3<>/dev/tcp/10.0.0.1/80; true") or (
            "unreachable" in await shell(sandbox, "bash -c 'exec 3<>/dev/tcp/10.0.0.1/80'")
        )


async def test_two_sandboxes_cannot_see_each_other(opener: Opener) -> None:
    async with opener() as one, opener() as two:
        await shell(one, "echo marker > /srv/marker; echo m > /dev/shm/marker; sleep 300 &")
        server = "import socket, time; s = socket.socket(socket.AF_UNIX); s.bind('\\0meet'); "
        server += "s.listen(); t = socket.create_server(('127.0.0.1', 9000)); time.sleep(300)"
        await shell(one, f'python3 -c "{server}" > /dev/null 2>&1 & sleep 1')
        files = await shell(two, "ls /srv /dev/shm")
        processes = await shell(two, "ps -e")
        unix = "import socket; socket.socket(socket.AF_UNIX).connect('\\0meet')"
        met = await shell(two, f'python3 -c "{unix}"')
        tcp = await shell(two, "bash -c 'exec 3<>/dev/tcp/127.0.0.1/9000'")
        ids = one.live.record.base, two.live.record.base
    assert "marker" not in files
    assert "sleep" not in processes
    assert "refused" in met
    assert "refused" in tcp
    assert abs(ids[0] - ids[1]) >= 65_536


async def test_nothing_inside_names_places_of_the_host(opener: Opener) -> None:
    async with opener() as sandbox:
        runtime = str(sandbox.live.folder)
        seen = await shell(
            sandbox,
            "cat /proc/self/mountinfo /proc/1/mountinfo /proc/self/cgroup /proc/1/cmdline "
            "/proc/1/environ /proc/cmdline; ls -l /proc/1/exe /proc/1/fd; hostname",
        )
    assert runtime not in seen
    assert "seatrial" not in seen
    assert "/root/" not in seen
    assert os.uname().nodename not in seen.split()
    assert "root=" not in seen  # the kernel's command line is masked


@pytest.mark.parametrize("runtime", ["crun", "runc"] if os.geteuid() == 0 else ["crun"])
async def test_a_command_is_in_no_control_group_of_the_hosts(places: Places, runtime: str) -> None:
    """One shows as a path that leads up out of the sandbox's own, and names the host's."""
    made = OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), runtime=runtime)
    try:
        async with made.open(SandboxSpec(image="workbench"), label="groups") as sandbox:
            told = await shell(sandbox, "cat /proc/self/cgroup")
    finally:
        made.close()
    assert "0::/" in told
    assert ".." not in told


async def test_devices_of_an_image_do_not_open(opener: Opener) -> None:
    async with opener() as sandbox:
        made = await shell(sandbox, "mknod /srv/disk b 254 0")
        mounts = await shell(sandbox, "grep ' / / ' /proc/self/mountinfo")
    assert "not permitted" in made
    assert "nodev" in mounts


async def test_the_hosts_null_device_keeps_its_owner(opener: Opener) -> None:
    before = null_device()
    async with opener() as sandbox:
        said = await shell(sandbox, "chmod 000 /dev/null; chown agent /dev/null")
    assert null_device() == before
    assert said.count("not permitted") == 2


def null_device() -> tuple[int, int]:
    facts = Path(os.devnull).stat()
    return facts.st_uid, stat.S_IMODE(facts.st_mode)


async def test_kernel_settings_cannot_be_written(opener: Opener) -> None:
    async with opener() as sandbox:
        said = await shell(
            sandbox,
            "echo '|/x' > /proc/sys/kernel/core_pattern; echo h > /proc/sysrq-trigger; "
            "echo 1 > /sys/kernel/mm/ksm/run; ls /proc/sysrq-trigger",
        )
    refused = said.count("Read-only file system")
    assert refused >= 2
    assert refused + said.count("Directory nonexistent") == 3  # Not every kernel has the last.


async def test_the_image_stays_as_it_was(opener: Opener) -> None:
    async with opener() as sandbox:
        await shell(sandbox, "echo changed > /etc/hostname; rm -rf /usr/games /usr/bin/gcc")
    async with opener() as sandbox:
        assert await shell(sandbox, "cat /etc/hostname; ls /usr/bin/gcc") == (
            "sandbox\n/usr/bin/gcc\n"
        )
