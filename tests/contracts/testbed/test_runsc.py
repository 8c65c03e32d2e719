"""Where gVisor falls short of our own contract. Two-sided: a deviation that heals fails here.

Then take it off this list and out of `docs/reference/testbed.md`.
"""

import shutil
from collections.abc import Iterator

import pytest

from seatrial.core.problem import UnavailableError
from seatrial.core.sandbox_spec import MIB, Limits, Need, SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.root,
    pytest.mark.anyio,
    pytest.mark.skipif(shutil.which("runsc") is None, reason="runsc is not installed"),
]

SPEC = SandboxSpec(image="workbench")


@pytest.fixture
def gvisor(places: Places) -> Iterator[OciTestbed]:
    made = OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), runtime="runsc")
    yield made
    made.close()


async def test_deviation_the_setuid_bit_is_ignored(gvisor: OciTestbed) -> None:
    """gVisor's kernel has no setuid on exec in the packaged build: families that need it are
    refused below."""
    async with gvisor.open(SPEC, label="a") as sandbox:
        await sandbox.exec(["cp", "/usr/bin/id", "/usr/local/bin/rootly"])
        await sandbox.exec(["chmod", "4755", "/usr/local/bin/rootly"])
        outcome = await sandbox.exec(["rootly", "-u"], user="agent", cwd="/")
    assert outcome.stdout == b"1000\n"


async def test_deviation_a_process_forked_twice_survives_a_timeout(gvisor: OciTestbed) -> None:
    """The host cannot put gVisor's processes into control groups: the tree is found by parents,
    and a daemon cut that line. It ends with the sandbox."""
    async with gvisor.open(SPEC, label="a") as sandbox:
        script = "(setsid sleep 300 &) ; sleep 301 & sleep 302"
        outcome = await sandbox.exec(["sh", "-c", script], timeout=3)
        left = await sandbox.exec(["pgrep", "-x", "-a", "sleep"])
    assert outcome.timed_out
    assert left.stdout.decode().split()[1:] == ["sleep", "300"]


async def test_deviation_out_of_memory_ends_the_whole_sandbox(gvisor: OciTestbed) -> None:
    """The sentry is one process for the host: the memory limit kills it, not a program in it."""
    spec = SandboxSpec(image="workbench", limits=Limits(memory_bytes=256 * MIB))
    async with gvisor.open(spec, label="a") as sandbox:
        hungry = "x = bytearray()\nwhile True: x += b'x' * 1048576"
        outcome = await sandbox.exec(["python3", "-c", hungry], timeout=60)
        assert outcome.returncode != 0
        assert outcome.oom_killed
        assert not sandbox.live.running()


async def test_what_needs_setuid_is_refused_with_the_reason(gvisor: OciTestbed) -> None:
    spec = SandboxSpec(image="workbench", needs=frozenset({Need.SETUID}))
    with pytest.raises(UnavailableError, match="setuid bit"):
        async with gvisor.open(spec, label="a"):
            pass


async def test_a_private_network_is_refused(gvisor: OciTestbed) -> None:
    spec = SandboxSpec(image="workbench", network="lan")
    with pytest.raises(UnavailableError, match="private network"):
        async with gvisor.open(spec, label="a"):
            pass


async def test_nothing_is_left(gvisor: OciTestbed, places: Places) -> None:
    async with gvisor.open(SPEC, label="a") as sandbox:
        await sandbox.exec(["sh", "-c", "sleep 300 &"])
    assert list((places.runtime / "sandboxes").iterdir()) == []
