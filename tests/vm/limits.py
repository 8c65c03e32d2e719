"""Runs in the virtual machine: are a sandbox's limits real, and is all gone after kill -9?

limits.py RUNTIME [--strict]. Prints one line for each; exit code 1 when one does not hold.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anyio

from seatrial.core.sandbox_spec import MIB, Limits, SandboxSpec
from seatrial.testbed.cgroup_hierarchies import find_hierarchies
from seatrial.testbed.clean import clean
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places, default_places
from seatrial.testbed.records import Records
from seatrial.testbed.sandbox import OciSandbox

IMAGE = "workbench"
HUNGRY = "x = bytearray()\nwhile True: x += b'x' * 1048576"
SPIN = (
    "import time\nbegun, end = time.process_time(), time.monotonic() + 4\n"
    "while time.monotonic() < end: pass\nprint(time.process_time() - begun)"
)
BOMB = "f() { f | f & }; f; sleep 600"
SPEC = SandboxSpec(image=IMAGE, limits=Limits(memory_bytes=64 * MIB, pids=64, cpus=0.2))

WRITTEN = {
    True: {"memory.max": "67108864", "pids.max": "64", "cpu.max": "20000 100000"},
    False: {"memory.limit_in_bytes": "67108864", "pids.max": "64", "cpu.cfs_quota_us": "20000"},
}
"""Files of the sandbox's groups by whether they are v2's: the runtime must leave them alone."""

failed: list[str] = []


def tell(what: str, holds: bool, seen: object) -> None:  # noqa: FBT001 - a table's row
    """Print a row of the result."""
    print(f"{'holds' if holds else 'FAILS'}  {what}: {seen}", flush=True)  # noqa: T201 - a script that reports
    if not holds:
        failed.append(what)


def made(runtime: str, places: Places) -> OciTestbed:
    return OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), runtime=runtime)


async def limits(testbed: OciTestbed) -> None:
    """Break each limit in turn."""
    async with testbed.open(SPEC, label="limits") as sandbox:
        lost = [name for name in testbed.lost if name.endswith("limit")]
        tell("no limit is lost", not lost, testbed.lost)
        inside = await sandbox.exec(["cat", "/proc/self/cgroup"])
        tell("names inside are its own", ".." not in inside.stdout.decode(), inside.stdout)
        spun = await sandbox.exec(["python3", "-c", SPIN], timeout=120)
        tell("CPU time, of 4 s at 0.2", float(spun.stdout) < 2, spun.stdout.decode().strip())
        written = files_of(sandbox)
        tell("limits are as they were written", written == WRITTEN[sandbox_is_v2(sandbox)], written)
        await out_of_memory(sandbox)
        bomb = await sandbox.exec(["bash", "-c", BOMB], timeout=5)
        after = await sandbox.exec(["sh", "-c", "ls -d /proc/[0-9]* | wc -l"])
        calm = int(after.stdout) <= 4  # init, sh, ls, wc
        tell("a fork bomb ends with its timeout", bomb.timed_out and calm, after.stdout)
        # None may end by itself before the limit is reached, on a slow machine either.
        many = await sandbox.exec(["bash", "-c", "for i in $(seq 80); do sleep 3000 & done"])
        tell("processes, 64", "retry" in many.stderr.decode(), many.stderr[-90:])


def sandbox_is_v2(sandbox: OciSandbox) -> bool:
    return sandbox.live.cgroup.hierarchies.v2


def files_of(sandbox: OciSandbox) -> dict[str, str]:
    """Read the limits back."""
    cgroup = sandbox.live.cgroup
    found = {}
    for name in WRITTEN[sandbox_is_v2(sandbox)]:
        parent = cgroup.hierarchies.controllers[name.split(".")[0]]
        found[name] = (parent / cgroup.name / name).read_text().strip()
    return found


async def out_of_memory(sandbox: OciSandbox) -> None:
    hungry = await sandbox.exec(["python3", "-c", HUNGRY], timeout=120)
    fine = await sandbox.exec(["true"])
    tell(
        "out of memory is told, and the sandbox goes on",
        (hungry.oom_killed, hungry.returncode, fine.returncode) == (True, 137, 0),
        (hungry.oom_killed, hungry.returncode, fine.returncode),
    )


async def stay(runtime: str, places: Places) -> None:
    """Have a sandbox with survivors until killed."""
    async with made(runtime, places).open(SPEC, label="stay") as sandbox:
        await sandbox.exec(["sh", "-c", "setsid sleep 300 & sleep 301 & true"])
        print("up", flush=True)  # noqa: T201 - a script that reports
        await sandbox.exec(["sleep", "302"])


def groups(places: Places) -> list[str]:
    """Name the groups of our sandboxes: other harnesses may run beside."""
    every = find_hierarchies(Path("/proc/self/mounts").read_text()).all
    ours = f"{Records(places.runtime)._tag}-*/"
    return [str(one) for place in every for one in place.glob(ours)]


def kill_harness(runtime: str, places: Places, *, watcher: bool) -> None:
    """Kill a harness, and its watcher too or not; look at what is left."""
    argv = (sys.executable, __file__, runtime, "stay", str(places.runtime))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alive = groups(places)
        if not watcher:
            for process in Path("/proc").glob("[0-9]*"):
                if parent_of(process) == child.pid:
                    os.kill(int(process.name), signal.SIGKILL)
        child.kill()
    end = time.monotonic() + 30
    while watcher and groups(places) and time.monotonic() < end:
        time.sleep(0.2)
    if not watcher:
        clean(places)
    what = "the watcher" if watcher else "a cleaning"
    tell(
        f"after kill -9 {what} removes the groups",
        bool(alive) and not groups(places),
        groups(places),
    )


def parent_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def main() -> int:
    """Run all of it."""
    runtime = sys.argv[1]
    if sys.argv[2:3] == ["stay"]:
        anyio.run(stay, runtime, Places(cache=default_places().cache, runtime=Path(sys.argv[3])))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        places = Places(cache=default_places().cache, runtime=Path(folder) / "run")
        testbed = made(runtime, places)
        anyio.run(limits, testbed)
        testbed.close()
        tell("an ended sandbox leaves no group", not groups(places), groups(places))
        kill_harness(runtime, places, watcher=True)
        kill_harness(runtime, places, watcher=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
