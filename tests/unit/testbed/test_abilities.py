"""What is said of an ordinary user's limits, on made-up groups."""

from pathlib import Path

import pytest

from seatrial.testbed.abilities import Standing, delegated_limits

MEMBER = "0::/mine.scope\n"


@pytest.fixture
def scope(tmp_path: Path) -> Path:
    group = tmp_path / "mine.scope"
    group.mkdir()
    for file in ("cgroup.procs", "cgroup.subtree_control"):
        (group / file).touch()
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    return group


@pytest.mark.usefixtures("scope")
def test_a_delegated_group_gives_all_limits(tmp_path: Path) -> None:
    assert delegated_limits(tmp_path, MEMBER).standing is Standing.CAN


def test_a_controller_that_is_not_delegated_is_named(scope: Path, tmp_path: Path) -> None:
    (scope / "cgroup.controllers").write_text("memory pids\n")
    told = delegated_limits(tmp_path, MEMBER)
    assert told.standing is Standing.LACKS
    assert "without cpu" in told.found


def test_without_a_group_the_way_to_one_is_told(tmp_path: Path) -> None:
    told = delegated_limits(tmp_path, "0::/user.slice/session-3.scope\n")
    assert told.standing is Standing.LACKS
    assert "systemd-run --user --scope -p Delegate=yes" in told.mend
