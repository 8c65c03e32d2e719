"""What a worker does by itself: finish purges that a kill broke off, sign the ledger's head."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from served_portal import SEATRIAL
from worker_portal import Workplace, wait_until, workplace

pytestmark = pytest.mark.slow

BREAK_OFF = """
from pathlib import Path
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.people import Actor
from seatrial.core.sealed.case_key import CASE_KEY, KeyDestroyed, key_stream
setting = Setting(at=the_clock().now(), actor=Actor(person=None, party=None, by="test"))
wanted = KeyDestroyed(reason="The process was killed after this entry.")
the_ledger().handle(CASE_KEY, key_stream("ends0"), wanted, setting, case="ends0")
answer = None
"""

CHECKPOINTS = """
from django.conf import settings
from seatrial.wiring.ledger import open_ledger
held = open_ledger(settings.DATA)
answer = {
    "sizes": [one.checkpoint.size for one in held.checkpoints.all()],
    "signatures": [len(one.note.signatures) for one in held.checkpoints.all()],
    "size": held.ledger.head().size,
    "keys": [str(one) for one in held.keys.known()],
}
"""

OFTEN = {"SEATRIAL_CHECKPOINT_ENTRIES": "4", "SEATRIAL_CHECKPOINT_SECONDS": "2"}


def test_a_purge_that_was_broken_off_is_finished_at_the_start(tmp_path: Path) -> None:
    place = workplace(tmp_path / "data")
    place.seed("timers", 9999, 1)
    place.ask(BREAK_OFF)
    key = place.data / "case-keys" / "ends0.json"
    files = sorted((place.data / "sealed").glob("??/*"))
    assert key.exists()
    # Trials alone: whoever starts first finishes it, whatever else it does.
    with place.working("--only", "trials"):
        wait_until(lambda: not key.exists(), "the key is destroyed")
        wait_until(
            lambda: len(list((place.data / "sealed").glob("??/*"))) < len(files), "the content too"
        )


def test_a_purged_cases_trial_folder_goes_though_the_work_database_was_lost(
    tmp_path: Path,
) -> None:
    place = workplace(tmp_path / "data")
    place.seed("timers", 9999, 1)

    def purged() -> bool:
        return any(one["kind"] == "submission.purged" for one in place.entries())

    with place.working("--only", "others"):
        wait_until(purged, "the purge")
    # As a kill between the entry and what follows it leaves things.
    left = place.data / "trials" / "withdrawn0" / "t1"
    other = place.data / "trials" / "ends0" / "t1"
    for folder in (left, other):
        folder.mkdir(parents=True)
        (folder / "transcript").write_text("in the clear")
    for path in place.data.glob("work.sqlite3*"):
        path.unlink()
    with place.working("--only", "others"):
        wait_until(lambda: not left.exists(), "the folder is removed")
    assert other.exists()


def checkpoints(place: Workplace) -> dict[str, Any]:
    found: dict[str, Any] = place.ask(CHECKPOINTS)
    return found


def covered(place: Workplace) -> bool:
    found = checkpoints(place)
    return bool(found["sizes"]) and found["sizes"][-1] == found["size"]


def test_two_workers_sign_the_head_when_the_ledger_grew_and_only_then(tmp_path: Path) -> None:
    place = workplace(tmp_path / "data", OFTEN)
    place.seed("timers", 5, 2)
    with place.working("--only", "others"), place.working("--only", "others"):
        wait_until(lambda: covered(place), "the head is signed", seconds=120)
        wait_until(lambda: "works:" in place.log, "the workers")
        wait_until(
            lambda: any(one["kind"] == "incident.clock-missed" for one in place.entries()),
            "what is due",
            seconds=120,
        )
        wait_until(lambda: covered(place), "the grown head is signed", seconds=60)
        before = checkpoints(place)
        time.sleep(4)
        after = checkpoints(place)

    assert after == before, "a head is signed again though nothing grew"
    assert len(before["sizes"]) >= 2
    assert set(before["signatures"]) == {1}
    assert len(before["keys"]) == 1
    # And a stranger finds that every head is of one history.
    export, data = tmp_path / "export", place.data
    for arguments in (
        ("export", export, "--data", data),
        ("verify", export, "--key", data / "keys" / "ledger-keys.txt"),
    ):
        ran = subprocess.run(
            [SEATRIAL, "ledger", *arguments], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{len(before['sizes'])} signed heads" in ran.stdout


def test_a_worker_where_the_key_is_not_goes_on_with_the_rest(tmp_path: Path) -> None:
    place = workplace(tmp_path / "data", OFTEN)
    place.seed("timers", 1, 1)
    signed = subprocess.run(
        [SEATRIAL, "ledger", "head", "--sign", "--data", place.data], check=False
    )
    assert signed.returncode == 0
    (place.data / "keys" / "ledger.pem").rename(tmp_path / "ledger.pem")
    before = checkpoints(place)
    with place.working("--only", "others"):
        wait_until(
            lambda: any(one["kind"] == "submission.purged" for one in place.entries()),
            "what is due",
            seconds=120,
        )
        time.sleep(3)
    assert checkpoints(place)["sizes"] == before["sizes"]
    assert not (place.data / "keys" / "ledger.pem").exists()
