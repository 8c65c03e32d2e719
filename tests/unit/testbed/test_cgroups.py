"""What is written to a sandbox's groups, on made-up hierarchies."""

from dataclasses import replace
from pathlib import Path

import pytest

from seatrial.core.sandbox_spec import MIB, Limits
from seatrial.testbed.cgroup_hierarchies import Hierarchies
from seatrial.testbed.cgroups import Cgroup

LIMITS = Limits(memory_bytes=512 * MIB, pids=100, cpus=0.5)
CONTROLLERS = ("memory", "pids", "cpu")


@pytest.fixture
def hybrid(tmp_path: Path) -> Hierarchies:
    parents = {name: tmp_path / name / "seatrial" for name in CONTROLLERS}
    kill = tmp_path / "unified/seatrial"
    for parent in (*parents.values(), kill):
        parent.mkdir(parents=True)
    return Hierarchies(
        controllers=parents,
        kill=kill,
        v2=False,
        hide=kill.parent,
        elsewhere=(),
        all=(*parents.values(), kill),
    )


@pytest.fixture
def v2(tmp_path: Path) -> Hierarchies:
    parent = tmp_path / "seatrial"
    parent.mkdir()
    return Hierarchies(
        controllers=dict.fromkeys(CONTROLLERS, parent),
        kill=parent,
        v2=True,
        hide=None,
        elsewhere=(tmp_path / "other/seatrial",),
        all=(parent, tmp_path / "other/seatrial"),
    )


def test_v1_limits_are_written(hybrid: Hierarchies, tmp_path: Path) -> None:
    (tmp_path / "memory/seatrial/x").mkdir()
    (tmp_path / "memory/seatrial/x/memory.memsw.limit_in_bytes").touch()
    group = Cgroup(hierarchies=hybrid, name="x")
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
        "memory/seatrial/x/cgroup.procs",
        "pids/seatrial/x/cgroup.procs",
        "cpu/seatrial/x/cgroup.procs",
        "unified/seatrial/x/cgroup.procs",
    ]


def test_v2_limits_are_written(v2: Hierarchies, tmp_path: Path) -> None:
    group = tmp_path / "seatrial/x"
    group.mkdir()
    (group / "memory.swap.max").touch()
    Cgroup(hierarchies=v2, name="x").make(LIMITS)
    assert (group / "memory.max").read_text() == "536870912"
    assert (group / "memory.swap.max").read_text() == "0"
    assert (group / "pids.max").read_text() == "100"
    assert (group / "cpu.max").read_text() == "50000 100000"


def test_a_kernel_without_swap_accounting_is_fine(v2: Hierarchies, tmp_path: Path) -> None:
    Cgroup(hierarchies=v2, name="x").make(LIMITS)
    assert not (tmp_path / "seatrial/x/memory.swap.max").exists()


@pytest.mark.parametrize("kind", ["hybrid", "v2"])
def test_out_of_memory_kills_are_counted(kind: str, request: pytest.FixtureRequest) -> None:
    hierarchies: Hierarchies = request.getfixturevalue(kind)
    group = Cgroup(hierarchies=hierarchies, name="x")
    group.make(LIMITS)
    assert group.oom_kills() == 0
    file = "memory.events" if hierarchies.v2 else "memory.oom_control"
    (hierarchies.controllers["memory"] / "x" / file).write_text("oom 4\noom_kill 3\n")
    assert group.oom_kills() == 3


def test_a_command_has_a_group_of_its_own(v2: Hierarchies, tmp_path: Path) -> None:
    group = Cgroup(hierarchies=v2, name="x")
    group.make(LIMITS)
    assert group.make_child("c1") == (tmp_path / "seatrial/x/c1/cgroup.procs",)
    group.drop_child("c1")
    assert not (tmp_path / "seatrial/x/c1").exists()


def test_a_command_joins_what_a_runtime_made_in_other_v1_hierarchies(
    hybrid: Hierarchies, tmp_path: Path
) -> None:
    devices, cpuset = tmp_path / "devices/seatrial", tmp_path / "cpuset/seatrial"
    group = Cgroup(
        hierarchies=replace(hybrid, all=(*hybrid.all, devices, cpuset)),
        name="x",
    )
    group.make(LIMITS)
    (devices / "x").mkdir(parents=True)
    assert [str(file.relative_to(tmp_path)) for file in group.make_child("c1")] == [
        "memory/seatrial/x/cgroup.procs",
        "pids/seatrial/x/cgroup.procs",
        "cpu/seatrial/x/cgroup.procs",
        "devices/seatrial/x/cgroup.procs",
        "unified/seatrial/x/c1/cgroup.procs",
    ]


def test_no_process_is_sent_to_a_sandbox_in_another_subtree(
    v2: Hierarchies, tmp_path: Path
) -> None:
    there = tmp_path / "other/seatrial/x"
    there.mkdir(parents=True)
    group = Cgroup(hierarchies=v2, name="x")
    assert group.make_child("c1") == ()
    assert group.gathers()
    (there / "cgroup.kill").touch()
    group.kill()
    assert (there / "cgroup.kill").read_text() == "1"


def test_a_group_below_a_parent_that_a_cleaning_removed_is_made(
    hybrid: Hierarchies, tmp_path: Path
) -> None:
    hybrid.drop_empty()
    assert not (tmp_path / "pids/seatrial").exists()
    Cgroup(hierarchies=hybrid, name="x").make(LIMITS)
    assert (tmp_path / "pids/seatrial/x/pids.max").read_text() == "100"


def test_before_linux_5_14_processes_are_stopped_and_killed_one_by_one(
    v2: Hierarchies, tmp_path: Path
) -> None:
    group = Cgroup(hierarchies=v2, name="x")
    group.make(LIMITS)
    (tmp_path / "seatrial/x/cgroup.freeze").touch()
    (tmp_path / "seatrial/x/cgroup.procs").write_text("")
    group.kill()
    assert (tmp_path / "seatrial/x/cgroup.freeze").read_text() == "0"
