"""Which hierarchies are found, on made-up mounts."""

from pathlib import Path

import pytest

from seatrial.testbed import cgroup_hierarchies
from seatrial.testbed.cgroup_hierarchies import find_hierarchies

NOBODY = "0::/\n"


@pytest.fixture
def hybrid(tmp_path: Path) -> str:
    lines = []
    for name in ("cpu,cpuacct", "memory", "pids", "freezer"):
        (tmp_path / name).mkdir()
        lines.append(f"cgroup {tmp_path}/{name} cgroup rw,relatime,{name} 0 0")
    (tmp_path / "unified/seatrial").mkdir(parents=True)
    (tmp_path / "unified/seatrial/cgroup.kill").touch()
    lines.append(f"cgroup2 {tmp_path}/unified cgroup2 rw 0 0")
    return "\n".join(["proc /proc proc rw 0 0", *lines]) + "\n"


def test_a_hybrid_host_limits_by_v1_and_kills_by_v2(hybrid: str, tmp_path: Path) -> None:
    found = find_hierarchies(hybrid)
    assert found.controllers == {
        "cpu": tmp_path / "cpu,cpuacct/seatrial",
        "memory": tmp_path / "memory/seatrial",
        "pids": tmp_path / "pids/seatrial",
    }
    assert (found.kill, found.v2) == (tmp_path / "unified/seatrial", False)
    assert found.hide == tmp_path / "unified"
    assert found.missing == ()


def test_an_old_kernel_kills_by_freezer(hybrid: str, tmp_path: Path) -> None:
    (tmp_path / "unified/seatrial/cgroup.kill").unlink()
    assert find_hierarchies(hybrid).kill == tmp_path / "freezer/seatrial"


def test_a_pure_v1_host_hides_nothing(hybrid: str, tmp_path: Path) -> None:
    found = find_hierarchies(hybrid.replace(f"cgroup2 {tmp_path}/unified cgroup2 rw 0 0\n", ""))
    assert (found.hide, found.kill) == (None, tmp_path / "freezer/seatrial")
    assert found.missing == ()


def v2_mount(place: Path) -> str:
    """Make up a v2 host whose kernel has made our group before."""
    for group in (place, place / "seatrial"):
        group.mkdir(exist_ok=True)
        (group / "cgroup.subtree_control").touch()
        (group / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    (place / "seatrial/cgroup.type").write_text("domain\n")
    return f"cgroup2 {place} cgroup2 rw 0 0\n"


def test_v2_controllers_that_cannot_be_enabled_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroup_hierarchies, "make_room", lambda _: ("memory", "pids"))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    found = find_hierarchies(v2_mount(tmp_path), NOBODY)
    assert found.controllers == dict.fromkeys(("memory", "pids"), tmp_path / "seatrial")
    assert (found.kill, found.v2, found.hide) == (tmp_path / "seatrial", True, None)
    assert found.missing == ("cpu",)


def test_the_threaded_part_of_a_hierarchy_is_of_no_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    mounts = v2_mount(tmp_path)
    (tmp_path / "seatrial/cgroup.type").write_text("domain invalid\n")
    found = find_hierarchies(mounts, NOBODY)
    assert (found.controllers, found.kill) == ({}, None)


def test_an_ordinary_user_takes_its_own_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1234)
    monkeypatch.setattr(cgroup_hierarchies, "make_room", lambda _: ("memory", "pids", "cpu"))
    mine = tmp_path / "user.slice/user-1234.slice/mine.scope"
    mine.mkdir(parents=True)
    (mine / "cgroup.procs").touch()
    v2_mount(mine)
    other = tmp_path / "user.slice/user-1234.slice/other.scope/seatrial"
    other.mkdir(parents=True)
    member = "0::/user.slice/user-1234.slice/mine.scope\n"
    found = find_hierarchies(f"cgroup2 {tmp_path} cgroup2 rw 0 0\n", member)
    assert found.controllers == dict.fromkeys(("memory", "pids", "cpu"), mine / "seatrial")
    assert found.elsewhere == (other,)
    assert found.all == (mine / "seatrial", other)


def test_an_ordinary_user_without_a_group_has_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1234)
    found = find_hierarchies(v2_mount(tmp_path), NOBODY)
    assert (found.controllers, found.kill) == ({}, None)
    assert found.missing == ("memory", "pids", "cpu")


def test_nothing_mounted_means_nothing_to_be_had() -> None:
    found = find_hierarchies("proc /proc proc rw 0 0\n")
    assert (found.controllers, found.kill, found.missing) == ({}, None, ("memory", "pids", "cpu"))
