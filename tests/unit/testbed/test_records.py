import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.core.problem import UnavailableError
from seatrial.testbed import records as module
from seatrial.testbed.bundle import IDS
from seatrial.testbed.records import (
    BLOCKS,
    FIRST_ID,
    NoFreeRangeError,
    Process,
    Records,
    own_process,
    process,
    read_record,
)


def test_blocks_lie_in_the_range_that_nobody_uses() -> None:
    assert FIRST_ID == 0x70000000
    assert FIRST_ID + BLOCKS * IDS <= 2_147_352_576


@pytest.fixture(autouse=True)
def own_ids(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ids that no other test process or harness claims at the same time."""
    made: list[Records] = []
    start = Records.__init__

    def noted(self: Records, *arguments: object) -> None:
        start(self, *arguments)  # type: ignore[arg-type]  # passed on as they are
        made.append(self)

    monkeypatch.setattr(module, "FIRST_ID", FIRST_ID + os.getpid() * BLOCKS * IDS)
    monkeypatch.setattr(Records, "__init__", noted)
    yield
    for records in made:
        for block in list(records._claims):
            records._let_go(block)


def test_taken_blocks_differ_and_carry_their_owner(tmp_path: Path) -> None:
    records = Records(tmp_path)
    taken = [records.take("crun", own_process())[0] for _ in range(5)]
    assert len({record.block for record in taken}) == 5
    assert all(record.base == module.FIRST_ID + record.block * IDS for record in taken)
    assert {record.owner for record in taken} == {own_process()}
    assert [record for record, _ in records.live()] == sorted(taken, key=lambda one: one.block)


def test_two_harnesses_with_one_folder_do_not_share_a_block(tmp_path: Path) -> None:
    first, second = Records(tmp_path), Records(tmp_path)
    blocks = [one.take("crun", own_process())[0].block for one in (first, second, first, second)]
    assert len(set(blocks)) == 4


def test_when_all_blocks_are_taken_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCKS", 2)
    records = Records(tmp_path)
    records.take("crun", own_process())
    records.take("crun", own_process())
    with pytest.raises(UnavailableError, match="All 2 id ranges"):
        records.take("crun", own_process())
    assert list(records.drafts()) == []


def test_a_record_survives_being_written(tmp_path: Path) -> None:
    records = Records(tmp_path)
    record, folder = records.take("runc", own_process())
    known = records.note_init(record, folder, Process(pid=7, started=9))
    assert read_record(folder) == known
    gone = records.withdraw(folder, own_process())
    assert read_record(folder) is None
    assert list(records.live()) == []
    assert list(records.drafts()) == [(own_process(), gone)]


def test_a_process_is_known_by_its_start() -> None:
    own = own_process()
    assert own.alive()
    assert not Process(pid=own.pid, started=own.started + 1).alive()


def test_a_zombie_is_not_alive() -> None:
    with subprocess.Popen(["true"]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process(child.pid) is None


def test_a_name_with_parentheses_does_not_confuse() -> None:
    script = "import ctypes; ctypes.CDLL(None).prctl(15, b') S 1 (x', 0, 0, 0); print(); input()"
    with subprocess.Popen(
        ["python3", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = process(child.pid)
        child.kill()
    assert found is not None
    assert found.started > own_process().started - 1


def test_an_ordinary_users_ranges_are_the_blocks(tmp_path: Path) -> None:
    lent = (module.FIRST_ID + 300_000, module.FIRST_ID + 365_536)
    records = Records(tmp_path, lent)
    taken = {records.take("crun", own_process())[0].base for _ in range(2)}
    assert taken == set(lent)
    with pytest.raises(NoFreeRangeError, match="All 2 id ranges"):
        records.take("crun", own_process())


def test_harnesses_with_other_folders_do_not_share_ids(tmp_path: Path) -> None:
    lent = (module.FIRST_ID, module.FIRST_ID + IDS)
    one, two = Records(tmp_path / "1", lent), Records(tmp_path / "2", lent)
    first, folder = one.take("crun", own_process())
    second, _ = two.take("crun", own_process())
    assert first.base != second.base
    assert (two.are_elsewhere(first), one.are_elsewhere(first)) == (True, False)
    with pytest.raises(NoFreeRangeError):
        two.take("crun", own_process())
    one.withdraw(folder, own_process())
    assert not two.are_elsewhere(first)
    assert two.take("crun", own_process())[0].base == first.base
