"""The testbed of an ordinary user with ids lent by /etc/subuid, tried as one made for it."""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import seatrial
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.places import default_places
from seatrial.testbed.subordinate_ids import own_ranges

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.slow]

NAME = "seatrial-rootless"
RANGE = f"{NAME}:300000:131072"
HERE = Path(__file__).parent

LOST = {
    "test_the_processor_limit_holds": "no control group limits processor time",
    "test_out_of_memory_is_reported_as_such": "no control group limits memory",
    "test_memory_files_count_as_memory": "no control group limits memory",
    "test_it_is_killed_too_where_only_the_freezer_stops_it": "no v1 control group is the user's",
    "test_a_hostile_shell_cannot_hold_gvisors_harness_up": "gVisor is refused",
    "test_devices_of_an_image_do_not_open": "crun takes the mount's nodev away; the kernel itself "
    "refuses devices of file systems mounted in a user namespace",
}
"""Tests of root's sandboxes that cannot pass, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinaryUser:
    """A user of this machine and how to run Python as it."""

    home: Path
    python: str

    def command(self, *arguments: str) -> list[str]:
        who = ("setpriv", f"--reuid={NAME}", f"--regid={NAME}", "--init-groups")
        path = ":".join(one for one in (str(Path(seatrial.__file__).parents[1]), *sys.path) if one)
        variables = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.home),
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
            "SEATRIAL_CACHE": str(self.home / "cache"),
            "SEATRIAL_RUNTIME": str(self.home / "run"),
        }
        listed = [f"{name}={value}" for name, value in variables.items()]
        return [*who, "env", "-i", "-C", str(self.home), *listed, self.python, *arguments]

    def run(self, *arguments: str, timeout: float = 400) -> str:
        done = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=timeout, check=False
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def pytest(self, *arguments: str) -> str:
        rest = ("-p", "no:cacheprovider", "-n0", "-q", f"--basetemp={self.home / 'tests'}")
        root = f"--rootdir={HERE.parents[2]}"
        config = ("-c", str(HERE.parents[2] / "pyproject.toml"))
        return self.run("-m", "pytest", *rest, root, *config, *arguments)


@pytest.fixture(scope="session")
def user() -> Iterator[OrdinaryUser]:
    if os.geteuid() != 0:
        pytest.skip("needs root, to make an ordinary user")
    for program in ("useradd", "setpriv", "newuidmap", "crun"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    lock = os.open("/run/seatrial-rootless.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs would share the user's id ranges
    made = not exists()
    try:
        if made:
            make_user()
        ordinary = readable_python(Path(pwd.getpwnam(NAME).pw_dir))
        give_image(ordinary)
        yield ordinary
    finally:
        if made:
            subprocess.run(["userdel", "-r", NAME], capture_output=True, check=False)
        os.close(lock)


def exists() -> bool:
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        return False
    return True


def make_user() -> None:
    subprocess.run(["useradd", "-m", "-s", "/bin/sh", NAME], check=True)
    for name in ("/etc/subuid", "/etc/subgid"):
        file = Path(name)
        others = [line for line in file.read_text().splitlines() if not line.startswith(NAME + ":")]
        file.write_text("\n".join([*others, RANGE]) + "\n")


def readable_python(home: Path) -> OrdinaryUser:
    """Find an interpreter of our version that the user may run: ours may lie in root's home."""
    ask = "import sys; print(*sys.version_info[:2])"
    wanted = f"{sys.version_info[0]} {sys.version_info[1]}\n"
    for program in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        ordinary = OrdinaryUser(home=home, python=program)
        found = subprocess.run(
            ordinary.command("-c", ask), capture_output=True, text=True, check=False
        )
        if found.stdout == wanted:
            return ordinary
    pytest.skip(f"no Python {wanted.strip()} that an ordinary user may run")


def give_image(ordinary: OrdinaryUser) -> None:
    """Let the user import what root has built, by the command that users have."""
    image = ImageStore(default_places().cache).resolve("workbench")
    cli = "from seatrial.faces.cli.main import main; main()"
    hexadecimal = image.digest.removeprefix("sha256:")
    if (ordinary.home / "cache/images/trees" / hexadecimal).is_dir():
        return
    # In the user's own home: a folder of pytest's cannot be entered by another user.
    tar = ordinary.home / "image.tar"
    ImageStore(default_places().cache).export_tar("workbench", tar)
    tar.chmod(0o644)
    said = ordinary.run("-c", cli, "image", "import", str(tar), "--name", "workbench")
    tar.unlink()
    assert image.digest in said  # the same tree, though root inside is the user


def test_inspects_own_checks_pass(user: OrdinaryUser) -> None:
    said = user.pytest(str(HERE / "test_inspect_self_check.py"), "-k", "crun and agent")
    assert "44 passed" in said


def test_our_own_contract_holds_but_for_what_is_lost(user: OrdinaryUser) -> None:
    files = ("exec", "files", "hostile_files", "hostile_commands", "kill", "leaks", "isolation")
    without = " and ".join(f"not {name}" for name in LOST)
    said = user.pytest(*(str(HERE / f"test_{name}.py") for name in files), "-k", without)
    assert "passed" in said
    assert "skipped" not in said


STARTS = """
import sys, anyio
from seatrial.core.problem import RefusedError, UnavailableError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import default_places

def testbed(**changes):
    places = default_places()
    return OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), **changes)

SPEC = SandboxSpec(image="workbench")
"""

MORE_THAN_RANGES = """
alive = most = 0
async def one(bed):
    global alive, most
    async with bed.open(SPEC, label="a") as sandbox:
        alive += 1
        most = max(most, alive)
        await sandbox.exec(["sleep", "0.3"])
        alive -= 1

async def main():
    bed = testbed()
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(one, bed)
    bed.close()
    print(most, bed.lost)
anyio.run(main)
"""

REFUSED = """
async def tried(bed, spec):
    try:
        async with bed.open(spec, label="a"):
            print("opened")
    except (UnavailableError, RefusedError) as error:
        print(error)

async def main():
    await tried(testbed(strict=True), SPEC)
    await tried(testbed(runtime="runc"), SPEC)
    bed = testbed()
    await tried(bed, SandboxSpec(image="workbench", network="lan"))
    bed.close()
anyio.run(main)
"""

BUSY = """
async def main():
    async with testbed().open(SPEC, label="a") as sandbox:
        await sandbox.exec(["sh", "-c", "setsid sleep 300 & sleep 301 & true"])
        print("up", flush=True)
        await sandbox.exec(["sleep", "302"])
anyio.run(main)
"""


def test_as_many_sandboxes_as_ranges_others_wait(user: OrdinaryUser) -> None:
    said = user.run("-c", STARTS + MORE_THAN_RANGES)
    ranges = len(own_ranges(pwd.getpwnam(NAME).pw_uid))
    assert said.startswith(f"{ranges} ")
    assert "kernel journal" in said
    assert "memory limit" in said


def test_what_is_lost_is_refused_where_it_matters(user: OrdinaryUser) -> None:
    strict, runtime, network = user.run("-c", STARTS + REFUSED).splitlines()
    assert "cannot give sandboxes" in strict
    assert "runc" in runtime
    assert "private network" in network


def test_a_killed_harness_leaves_nothing(user: OrdinaryUser) -> None:
    bases = own_ranges(pwd.getpwnam(NAME).pw_uid)
    with subprocess.Popen(
        user.command("-c", STARTS + BUSY), stdout=subprocess.PIPE, text=True
    ) as harness:
        assert harness.stdout is not None
        assert harness.stdout.readline() == "up\n"
        assert inside(bases) != []
        harness.kill()
    for _ in range(400):
        if not inside(bases) and not list((user.home / "run/sandboxes").iterdir()):
            break
        time.sleep(0.05)
    assert inside(bases) == []
    assert list((user.home / "run/sandboxes").iterdir()) == []


def inside(bases: tuple[int, ...]) -> list[str]:
    """Name the running processes whose user lies in one of the ranges."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            owner = process.stat().st_uid
            running = ") Z " not in (process / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if running and any(base <= owner < base + 65_536 for base in bases):
            found.append(process.name)
    return found
