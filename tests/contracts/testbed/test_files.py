"""File access from the host's side stays inside, and keeps to the user's rights."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import pytest

from seatrial.core.ports import DiskFullError, FileTooLargeError, NotARegularFileError
from seatrial.core.sandbox_spec import MIB, Limits
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]
Opener = Callable[..., AbstractAsyncContextManager[OciSandbox]]


async def must(sandbox: OciSandbox, script: str, user: str = "root") -> None:
    outcome = await sandbox.exec(["sh", "-c", script], user=user)
    assert outcome.returncode == 0, outcome.stderr


async def test_a_fifo_does_not_block(opener: Opener) -> None:
    async with opener() as sandbox:
        await must(sandbox, "mkfifo /srv/pipe; (cat /srv/pipe > /dev/null &)")
        with anyio.fail_after(20):
            with pytest.raises(NotARegularFileError):
                await sandbox.read_file("/srv/pipe")
            with pytest.raises(NotARegularFileError):
                await sandbox.write_file("/srv/pipe", b"x")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/srv/socket"])
async def test_devices_and_sockets_are_refused(opener: Opener, path: str) -> None:
    make = "import socket; socket.socket(socket.AF_UNIX).bind('/srv/socket')"
    async with opener() as sandbox:
        await sandbox.exec(["python3", "-c", make])
        with pytest.raises(NotARegularFileError):
            await sandbox.read_file(path)
        with pytest.raises(NotARegularFileError):
            await sandbox.write_file(path, b"x")


async def test_links_are_resolved_inside(opener: Opener, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the host's own")
    async with opener() as sandbox:
        up = "../" * 12
        await must(sandbox, f"ln -s {secret} /srv/a; ln -s {up}{secret} /srv/b; ln -s {up} /srv/c")
        for path in ("/srv/a", "/srv/b", f"/srv/c{secret}", f"{up}{secret}", str(secret)):
            with pytest.raises(FileNotFoundError):
                await sandbox.read_file(path)
        # The sandbox's own files are what such links lead to.
        inside = await sandbox.read_file("/srv/c/etc/passwd")
        with pytest.raises(FileNotFoundError):  # as a shell's redirection would say
            await sandbox.write_file("/srv/a", b"written inside")
    assert b"agent" in inside
    assert secret.read_text() == "the host's own"


@pytest.mark.parametrize(
    "target", ["/proc/1/root/etc/passwd", "/proc/self/root/etc/passwd", "/proc/self/cwd", "/a"]
)
async def test_magic_links_and_loops_lead_nowhere(opener: Opener, target: str) -> None:
    async with opener() as sandbox:
        await must(sandbox, f"ln -s {target} /srv/link; ln -s /a /a")
        with pytest.raises((FileNotFoundError, PermissionError)):
            await sandbox.read_file("/srv/link")


async def test_the_host_kernels_log_cannot_be_had_by_a_link(opener: Opener) -> None:
    async with opener() as sandbox:
        await must(sandbox, "ln -s /proc/kmsg /srv/log")
        with pytest.raises(PermissionError):
            await sandbox.read_file("/srv/log")


async def test_the_default_users_rights_count(opener: Opener) -> None:
    async with opener(user="agent", workdir="/home/agent") as sandbox:
        await must(sandbox, "echo secret > /root/flag; chmod 600 /root/flag; chmod 755 /root")
        with pytest.raises(PermissionError):
            await sandbox.read_file("/root/flag")
        with pytest.raises(PermissionError):
            await sandbox.write_file("/etc/passwd", b"")
        assert await sandbox.read_file("/root/flag", user="root") == b"secret\n"


async def test_supplementary_groups_count(opener: Opener) -> None:
    async with opener(user="agent", workdir="/home/agent") as sandbox:
        await must(sandbox, "echo ours > /srv/f; chgrp games /srv/f; chmod 640 /srv/f")
        with pytest.raises(PermissionError):
            await sandbox.read_file("/srv/f")
        await must(sandbox, "adduser -q agent games")
        assert await sandbox.read_file("/srv/f") == b"ours\n"


async def test_new_files_and_parents_are_the_users(opener: Opener) -> None:
    async with opener(user="agent", workdir="/home/agent") as sandbox:
        await sandbox.write_file("a/b/c.txt", b"x", mode=0o640)
        outcome = await sandbox.exec(["stat", "-c", "%U %G %a", "a", "a/b", "a/b/c.txt"])
    assert outcome.stdout == b"agent agent 755\nagent agent 755\nagent agent 640\n"


async def test_root_reads_and_writes_files_of_others(opener: Opener) -> None:
    async with opener() as sandbox:
        await must(sandbox, "umask 077; mkdir ~/d; echo mine > ~/d/f", user="agent")
        assert await sandbox.read_file("/home/agent/d/f", user="root") == b"mine\n"
        await sandbox.write_file("/home/agent/d/f", b"root's", mode=None, user="root")
        await sandbox.write_file("/home/agent/d/g", b"new", user="root")
        owner = await sandbox.exec(["stat", "-c", "%U %a", "/home/agent/d/f"])
    assert owner.stdout == b"agent 600\n"


async def test_a_setuid_mode_is_set(opener: Opener) -> None:
    async with opener() as sandbox:
        await sandbox.write_file("/opt/tool", b"#!/bin/sh\n", mode=0o4755)
        outcome = await sandbox.exec(["stat", "-c", "%a %U", "/opt/tool"])
    assert outcome.stdout == b"4755 root\n"


async def test_shorter_contents_leave_no_tail(opener: Opener) -> None:
    async with opener() as sandbox:
        await sandbox.write_file("f", b"long contents")
        await sandbox.write_file("f", b"short")
        assert await sandbox.read_file("f") == b"short"


async def test_a_file_over_the_limit_is_refused(opener: Opener) -> None:
    async with opener() as sandbox:
        await must(sandbox, "truncate -s 10G /srv/big")
        with pytest.raises(FileTooLargeError):
            await sandbox.read_file("/srv/big")


async def test_the_disk_quota_is_told(opener: Opener) -> None:
    async with opener(limits=Limits(disk_bytes=8 * MIB)) as sandbox:
        inside = await sandbox.exec(["dd", "if=/dev/zero", "of=/srv/fill", "bs=1M", "count=32"])
        with pytest.raises(DiskFullError):
            await sandbox.write_file("/srv/more", b"x" * MIB)
    assert b"No space left on device" in inside.stderr


async def test_a_lease_held_inside_does_not_block(opener: Opener) -> None:
    hold = (
        "import fcntl, os, signal, time; signal.signal(signal.SIGIO, signal.SIG_IGN); "
        "f = os.open('/srv/leased', os.O_RDWR | os.O_CREAT); "
        "fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK); print(flush=True); time.sleep(300)"
    )
    async with opener() as sandbox:
        await sandbox.write_file("/srv/hold.py", hold.encode())
        await must(sandbox, "python3 /srv/hold.py > /srv/held 2>&1 & sleep 1")
        with anyio.fail_after(20), pytest.raises(PermissionError):
            await sandbox.read_file("/srv/leased")
