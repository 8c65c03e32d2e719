"""A harness killed at any moment leaves nothing that a cleaning does not remove."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seatrial.core.seeding import SeedStream
from seatrial.testbed.cgroup_hierarchies import find_hierarchies
from seatrial.testbed.clean import clean
from seatrial.testbed.places import Places, default_places
from seatrial.testbed.records import FIRST_ID, Records, process

pytestmark = [pytest.mark.sandbox, pytest.mark.root]

HARNESS = """
import pathlib, sys
import anyio
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places

async def busy(testbed, name):
    while True:
        async with testbed.open(SandboxSpec(image="workbench", network="n"), label=name) as one:
            print("up", flush=True)
            await one.exec(["sh", "-c", "setsid sleep 300 & sleep 301 & true"])
            await one.write_file("f", b"x" * 1000)
            await one.exec(["sleep", "302"], timeout=0.05)

async def main():
    places = Places(cache=pathlib.Path(sys.argv[1]), runtime=pathlib.Path(sys.argv[2]))
    testbed = OciTestbed(places, ImageStore(places.cache), NullJournalFactory())
    testbed._ready()
    print(testbed._watch[0], flush=True)
    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(busy, testbed, str(number))

anyio.run(main)
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(cache=default_places().cache, runtime=tmp_path / "run")


def start_harness(places: Places) -> tuple[subprocess.Popen[str], int]:
    """Start a busy harness. Returns: it, once a sandbox was up, and its watcher's pid."""
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS, str(places.cache), str(places.runtime)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert harness.stdout is not None
    watcher = int(harness.stdout.readline())
    assert harness.stdout.readline() == "up\n"
    return harness, watcher


def kill(harness: subprocess.Popen[str]) -> None:
    harness.kill()
    harness.wait()
    assert harness.stdout is not None
    harness.stdout.close()


def left(places: Places) -> list[str]:
    """Name what is left of this runtime folder's sandboxes."""
    records = Records(places.runtime)
    found = [str(one) for one in records.folder.iterdir()]
    for hierarchy in find_hierarchies(Path("/proc/self/mounts").read_text()).all:
        found += [str(one) for one in hierarchy.glob(f"{records._tag}-*")]
    return found


def wait_until_clean(places: Places) -> list[str]:
    for _ in range(600):
        if not left(places):
            break
        time.sleep(0.05)
    return left(places)


def processes_inside(bases: set[int]) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            owner = entry.stat().st_uid
        except FileNotFoundError:
            continue
        inside = any(base <= owner < base + 65_536 for base in bases)
        if inside and process(int(entry.name)) is not None:
            found.append(int(entry.name))
    return found


def wait_until_dead(bases: set[int]) -> list[int]:
    """Killed processes may wait for the machine's init to reap one of them."""
    for _ in range(400):
        if not processes_inside(bases):
            break
        time.sleep(0.05)
    return processes_inside(bases)


def bases_of(places: Places) -> set[int]:
    return {record.base for record, _ in Records(places.runtime).live()}


ROUNDS = [SeedStream(round_, "kill").below(400) for round_ in range(4)]


@pytest.mark.parametrize("delay_ms", ROUNDS)
def test_the_watcher_cleans_up_at_once(places: Places, delay_ms: int) -> None:
    before = Path("/proc/self/mountinfo").read_text()
    harness, _ = start_harness(places)
    time.sleep(delay_ms / 1000)
    bases = bases_of(places)
    kill(harness)
    assert wait_until_clean(places) == []
    assert wait_until_dead(bases) == []
    assert Path("/proc/self/mountinfo").read_text() == before
    assert all(base >= FIRST_ID for base in bases)


@pytest.mark.parametrize("delay_ms", ROUNDS)
def test_the_next_cleaning_removes_what_the_watcher_could_not(
    places: Places, delay_ms: int
) -> None:
    harness, watcher = start_harness(places)
    time.sleep(delay_ms / 1000)
    os.kill(watcher, signal.SIGKILL)
    bases = bases_of(places)
    kill(harness)
    report = clean(places)
    assert report.live == 0
    assert report.stuck == ()
    assert left(places) == []
    assert processes_inside(bases) == []


def test_a_running_harness_is_left_alone(places: Places) -> None:
    harness, _ = start_harness(places)
    try:
        report = clean(places)
        assert report.removed == 0
        assert harness.stdout is not None
        assert harness.stdout.readline() == "up\n"
    finally:
        kill(harness)
    assert wait_until_clean(places) == []


def test_cleaning_one_runtime_folder_spares_the_sandboxes_of_another(
    places: Places, tmp_path: Path
) -> None:
    other = Places(cache=places.cache, runtime=tmp_path / "other")
    living, _ = start_harness(other)
    try:
        dead, watcher = start_harness(places)
        os.kill(watcher, signal.SIGKILL)
        assert bases_of(places).isdisjoint(bases_of(other))
        kill(dead)
        clean(places)
        assert left(places) == []
        assert living.stdout is not None
        assert living.stdout.readline() == "up\n"
    finally:
        kill(living)
    assert wait_until_clean(other) == []
