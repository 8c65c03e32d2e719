"""Which hierarchies are found, and what is written to them, on made-up mounts."""

from pathlib import Path

import pytest

from seatrial.core.sandbox_spec import MIB, Limits
from seatrial.testbed.cgroups import Cgroup, find_hierarchies

LIMITS = Limits(memory_bytes=512 * MIB, pids=100, cpus=0.5)


@pytest.fixture
def hybrid(tmp_path: Path) -> str:
    lines = []
    for name in ("cpu", "memory", "pids", "freezer"):
        (tmp_path / name).mkdir()
        lines.append(f"cgroup {tmp_path}/{name} cgroup rw,relatime,{name} 0 0")
    (tmp_path / "unified/seatrial").mkdir(parents=True)
    (tmp_path / "unified/seatrial/cgroup.kill").touch()
    lines.append(f"cgroup2 {tmp_path}/unified cgroup2 rw 0 0")
    return "\n".join(["proc /proc proc rw 0 0", *lines]) + "\n"


def test_a_hybrid_host_limits_by_v1_and_kills_by_v2(hybrid: str, tmp_path: Path) -> None:
    found = find_hierarchies(hybrid)
    assert set(found.controllers) == {"cpu", "memory", "pids"}
    assert (found.kill, found.unified) == (tmp_path / "unified", True)
    assert found.hide == tmp_path / "unified"
    assert found.missing == ()


def test_an_old_kernel_kills_by_freezer(hybrid: str, tmp_path: Path) -> None:
    (tmp_path / "unified/seatrial/cgroup.kill").unlink()
    found = find_hierarchies(hybrid)
    assert (found.kill, found.unified) == (tmp_path / "freezer", False)


def test_v1_limits_are_written(hybrid: str, tmp_path: Path) -> None:
    group = Cgroup(hierarchies=find_hierarchies(hybrid), name="x")
    group.make(LIMITS)
    written = {
        file: (tmp_path / file.format("seatrial/x")).read_text()
        for file in (
            "memory/{}/memory.limit_in_bytes",
            "memory/{}/memory.memsw.limit_in_bytes",
            "pids/{}/pids.max",
            "cpu/{}/cpu.cfs_quota_us",
            "cpu/{}/cpu.cfs_period_us",
        )
    }
    assert list(written.values()) == ["536870912", "536870912", "100", "50000", "100000"]
    assert [str(file.relative_to(tmp_path)) for file in group.procs_files()] == [
        "cpu/seatrial/x/cgroup.procs",
        "memory/seatrial/x/cgroup.procs",
        "pids/seatrial/x/cgroup.procs",
        "unified/seatrial/x/cgroup.procs",
    ]


@pytest.fixture
def pure_v2(tmp_path: Path) -> str:
    parent = tmp_path / "seatrial"
    parent.mkdir()
    (parent / "cgroup.kill").touch()
    for group in (tmp_path, parent):
        (group / "cgroup.subtree_control").touch()
    return f"cgroup2 {tmp_path} cgroup2 rw 0 0\n"


def test_v2_controllers_that_cannot_be_enabled_are_missing(pure_v2: str) -> None:
    # A plain file keeps the last write, as if the kernel had taken that alone.
    found = find_hierarchies(pure_v2)
    assert set(found.controllers) <= {"memory", "pids", "cpu"}
    assert found.hide is None
    assert found.missing != ()


def test_v2_limits_are_written(pure_v2: str, tmp_path: Path) -> None:
    found = find_hierarchies(pure_v2)
    found.controllers.update(dict.fromkeys(("memory", "pids", "cpu"), tmp_path))
    Cgroup(hierarchies=found, name="x").make(LIMITS)
    group = tmp_path / "seatrial/x"
    assert (group / "memory.max").read_text() == "536870912"
    assert (group / "memory.swap.max").read_text() == "0"
    assert (group / "pids.max").read_text() == "100"
    assert (group / "cpu.max").read_text() == "50000 100000"


def test_out_of_memory_kills_are_counted_on_both_versions(hybrid: str, tmp_path: Path) -> None:
    group = Cgroup(hierarchies=find_hierarchies(hybrid), name="x")
    group.make(LIMITS)
    assert group.oom_kills() == 0
    control = tmp_path / "memory/seatrial/x/memory.oom_control"
    control.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    assert group.oom_kills() == 3


def test_nothing_mounted_means_nothing_to_be_had() -> None:
    found = find_hierarchies("proc /proc proc rw 0 0\n")
    assert (found.controllers, found.kill, found.missing) == ({}, None, ("memory", "pids", "cpu"))
