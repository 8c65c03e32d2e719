"""Two databases restored to different moments: what is due is done all the same."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from worker_portal import Workplace, wait_until, workplace

pytestmark = pytest.mark.slow

EXPIRED = "submission/ends0 submission.window-expired"
PURGED = "submission/withdrawn0 submission.purged"


def found(place: Workplace) -> Counter[str]:
    return Counter(f"{one['stream']} {one['kind']}" for one in place.entries())


def work(place: Workplace) -> Counter[str]:
    """Let a worker do what is due."""
    with place.working():
        wait_until(lambda: {EXPIRED, PURGED} <= found(place).keys(), "what is due", seconds=120)
    return found(place)


def forget_nothing(_place: Workplace) -> None:
    """The work database remembers what the restored ledger does not."""


def forget_work(place: Workplace) -> None:
    """The work database is lost."""
    for path in place.data.glob("work.sqlite3*"):
        path.unlink()


@pytest.mark.parametrize("lose", [forget_nothing, forget_work])
def test_a_restored_ledger_has_its_due_acts_done_again(
    lose: Callable[[Workplace], None], tmp_path: Path
) -> None:
    place = workplace(tmp_path / "data")
    place.seed("timers", 1, 1)
    saved = tmp_path / "saved"
    shutil.copytree(place.data, saved)

    first = work(place)
    for path in place.data.glob("seatrial.sqlite3*"):
        path.unlink()
    shutil.copytree(saved, place.data, dirs_exist_ok=True)
    assert EXPIRED not in found(place)
    lose(place)
    again = work(place)

    for one in (EXPIRED, PURGED):
        assert first[one] == again[one] == 1
