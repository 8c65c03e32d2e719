"""Which part of a v2 hierarchy is ours, on made-up folders."""

import errno
from pathlib import Path

import pytest

from seatrial.testbed import cgroup_subtree
from seatrial.testbed.cgroup_subtree import (
    controllers_of,
    delegated_subtree,
    make_room,
    other_parents,
    own_group,
)


@pytest.fixture
def scope(tmp_path: Path) -> Path:
    group = tmp_path / "user.slice/a.scope"
    group.mkdir(parents=True)
    for file in ("cgroup.procs", "cgroup.subtree_control"):
        (group / file).touch()
    (group / "cgroup.controllers").write_text("cpu io memory pids\n")
    return group


def test_a_group_that_may_be_written_is_delegated(scope: Path, tmp_path: Path) -> None:
    member = "12:pids:/elsewhere\n0::/user.slice/a.scope\n"
    assert delegated_subtree(tmp_path, member) == scope
    assert controllers_of(scope) == ("memory", "pids", "cpu")


def test_a_second_harness_uses_the_group_that_the_first_has_divided(
    scope: Path, tmp_path: Path
) -> None:
    (scope / "seatrial-harness").mkdir()
    assert delegated_subtree(tmp_path, "0::/user.slice/a.scope/seatrial-harness\n") == scope


def test_a_group_without_its_files_is_not_delegated(scope: Path, tmp_path: Path) -> None:
    (scope / "cgroup.subtree_control").unlink()
    assert delegated_subtree(tmp_path, "0::/user.slice/a.scope\n") is None


@pytest.mark.parametrize("member", ["0::/../x\n", "0::/gone\n", "1:pids:/x\n", ""])
def test_a_group_out_of_sight_is_none(tmp_path: Path, member: str) -> None:
    assert own_group(tmp_path, member) is None


def test_processes_move_down_when_the_group_is_busy(
    scope: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until none is left in it, as one that starts others may take some looks."""
    moved: list[str] = []
    looks = iter(["7\n8\n", "9\n", ""])
    read = Path.read_text
    write = Path.write_text

    def read_text(path: Path, *arguments: str) -> str:
        return next(looks) if path == scope / "cgroup.procs" else read(path, *arguments)

    def write_text(path: Path, text: str) -> int:
        if path == scope / "seatrial-harness/cgroup.procs":
            moved.append(text)
            if text == "8":
                raise ProcessLookupError
        if path == scope / "cgroup.subtree_control" and len(moved) < 3:
            raise OSError(errno.EBUSY, "busy")
        return write(path, text)

    monkeypatch.setattr(Path, "read_text", read_text)
    monkeypatch.setattr(Path, "write_text", write_text)
    (scope / "seatrial").mkdir()
    (scope / "seatrial/cgroup.subtree_control").touch()
    assert make_room(scope) == ()  # plain files keep "+cpu", which is no controller's name
    assert moved == ["7", "8", "9"]
    assert (scope / "cgroup.subtree_control").read_text() == "+cpu"
    assert (scope / "seatrial/cgroup.subtree_control").read_text() == "+cpu"


def test_a_process_that_may_not_move_leaves_the_group_undivided(
    scope: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scope / "cgroup.procs").write_text("7\n")
    (scope / "seatrial").mkdir()

    def refuse(_member: str, _home: Path) -> None:
        raise PermissionError

    def busy(_path: Path, _text: str) -> int:
        raise OSError(errno.EBUSY, "busy")

    monkeypatch.setattr(cgroup_subtree, "_move", refuse)
    monkeypatch.setattr(Path, "write_text", busy)
    assert make_room(scope) == ()


def test_groups_of_other_harnesses_are_found(tmp_path: Path) -> None:
    mine = tmp_path / "user.slice/user-5.slice/mine.scope"
    other = tmp_path / "user.slice/user-5.slice/user@5.service/app.slice/other.scope"
    strange = tmp_path / "user.slice/user-6.slice/strange.scope"
    for one in (mine, other, strange):
        (one / "seatrial").mkdir(parents=True)
    assert other_parents(tmp_path, 5, mine) == (other / "seatrial",)
