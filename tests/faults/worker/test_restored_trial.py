"""The drill with a trial under way: the ledger comes from a backup, the work database does not."""

import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from served_portal import SEATRIAL
from tried import archive_of, records_of, signed_plan
from worker_portal import Workplace, wait_until, workplace

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

DETAILS = 'model = "reference/novice"\n'
JOBS: Mapping[str, str] = {"SEATRIAL_TRIAL_JOBS": "1"}

EVIDENCE = """
import hashlib
from seatrial.adapters.store.models import StreamRow
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.people import Actor
setting = Setting(at=the_clock().now(), actor=Actor(person=None, party=None, by="test"))
def read(name):
    rows = StreamRow.objects.filter(aggregate="sealed", state__contains=f"name={name}; trial=t1")
    return [the_blobs().read("sha256:" + one.stream.partition("/")[2], "drill", setting)
            for one in rows]
answer = {name: ["sha256:" + hashlib.sha256(one).hexdigest() for one in read(name)]
          for name in ("statement", "manifest", "report-data", "report-page")}
"""

SEAL_HALF = """
from io import BytesIO
from seatrial.core.ledger.aggregate import Setting
from seatrial.faces.desk.content import Content, media_of
from seatrial.faces.worker.trial_order import WORKER
setting = Setting(at=the_clock().now(), actor=WORKER)
media = media_of(Content.STATEMENT, "t1")
key = "trial/tried/t1/0/2/statement"
answer = the_blobs().seal("tried", BytesIO(b"of the run that was lost"), media, setting, key=key)
"""


def seatrial(*arguments: object) -> None:
    ran = subprocess.run(
        [SEATRIAL, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def restored(place: Workplace, backup: Path, data: Path) -> Workplace:
    """Everything is lost but backup and private keys; what no backup has is given as a host is."""
    key = place.data / "keys" / "ledger-keys.txt"
    seatrial("restore", backup, "--data", data, "--key", key)
    shutil.copy(place.data / "operator.key", data)
    shutil.copy(place.data / "keys" / "ledger.pem", data / "keys")
    for folder in ("policies", "seeds", "trial-keys"):
        if (place.data / folder).exists():
            shutil.copytree(place.data / folder, data / folder)
    assert not list(data.glob("work.sqlite3*")), "the work database is in no backup"
    assert not (data / "trials").exists()
    return Workplace(data=data, environment=place.environment)


def ends(place: Workplace) -> list[dict[str, Any]]:
    return [one for one in place.entries() if one["kind"] == "submission.trial-ended"]


def check_whole(place: Workplace) -> None:
    """One end, one set of evidence that agrees with it, every sample once."""
    (ended,) = ends(place)
    kinds = Counter(one["kind"] for one in place.entries() if one["stream"] == "submission/tried")
    assert (kinds["submission.trial-started"], kinds["submission.trial-ended"]) == (1, 1)
    files = archive_of(place)
    names = [name for name in files if name.startswith("work/records/")]
    assert len(names) == len({Path(name).name for name in names}) == 4
    evidence = place.ask(EVIDENCE)
    assert ended["facts"]["statement"] in evidence["statement"]
    assert {len(evidence[one]) for one in ("manifest", "report-data", "report-page")} == {1}
    differences = place.ask(
        "from seatrial.adapters.store.replay import replay\n"
        "answer = [str(one) for one in replay(the_ledger().projections).differences]"
    )
    assert differences == []
    seatrial("ledger", "head", "--sign", "--data", place.data)


def run_to_the_end(place: Workplace) -> None:
    with place.working("--dead-after", "3"):
        wait_until(lambda: bool(ends(place)), "the trial's end", seconds=300)
        wait_until(lambda: not (place.data / "trials/tried/t1").exists(), "the clearing")


def test_a_trial_that_a_backup_knows_as_ordered_is_run_again_from_the_start(
    tmp_path: Path,
) -> None:
    """The backup is of the middle of the run, in which samples are finished already."""
    place = workplace(tmp_path / "data", JOBS)
    place.seed("trial", signed_plan(tmp_path), DETAILS)
    worker = place.start()
    try:
        wait_until(lambda: bool(records_of(place)), "a sample is finished", seconds=240)
        seatrial("backup", tmp_path / "backup", "--data", place.data)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert not ends(place), "the kill came too late to test anything"

    again = restored(place, tmp_path / "backup", tmp_path / "new")
    assert not ends(again)
    run_to_the_end(again)
    check_whole(again)
    assert len(again.ask(EVIDENCE)["statement"]) == 1


def test_a_backup_from_amid_the_sealing_gives_no_mixture_of_two_runs(tmp_path: Path) -> None:
    """The keys of the lost run's sealing are in the ledger, and its workflow's name is free."""
    place = workplace(tmp_path / "data", JOBS)
    place.seed("trial", signed_plan(tmp_path), DETAILS)
    place.ask(SEAL_HALF)
    seatrial("backup", tmp_path / "backup", "--data", place.data)

    again = restored(place, tmp_path / "backup", tmp_path / "new")
    run_to_the_end(again)
    check_whole(again)
    assert len(again.ask(EVIDENCE)["statement"]) == 2
