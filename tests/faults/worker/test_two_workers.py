"""Two workers and PostgreSQL: one is killed in the middle of a trial, the other ends it."""

import io
import signal
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from tests.journeys.conftest import PLAN, ROOT
from worker_portal import Workplace, wait_until, workplace

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

DETAILS = 'model = "reference/novice"\n'
DEAD = ("--dead-after", "3")


def signed_plan(folder: Path) -> Path:
    """Sign the small plan, without controls: four samples."""
    plan = folder / "plan.dsse.json"
    command = [Path(sys.executable).parent / "seatrial", "plan", "commit", PLAN, "--out", plan]
    more = ["--no-controls", "--signing-key", folder / "key.pem"]
    ran = subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return plan


def records(place: Workplace) -> dict[str, bytes]:
    """Give the finished samples of the running trial."""
    folder = place.data / "trials" / "tried" / "t1"
    found = folder.glob("work/records/*/*.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def archive(place: Workplace) -> dict[str, bytes]:
    """Open the sealed archive of the trial."""
    content = bytes.fromhex(
        place.ask(
            "from seatrial.adapters.store.models import StreamRow\n"
            "from seatrial.faces.worker.trial_order import WORKER\n"
            "from seatrial.core.ledger.aggregate import Setting\n"
            "rows = StreamRow.objects.filter(aggregate='sealed', state__contains='trial-archive')\n"
            "digests = ['sha256:' + one.stream.partition('/')[2] for one in rows]\n"
            "assert len(digests) == 1, digests\n"
            "setting = Setting(at=the_clock().now(), actor=WORKER)\n"
            "answer = the_blobs().read(digests[0], 'test', setting).hex()"
        )
    )
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        files = [one for one in tar.getmembers() if one.isfile()]
        return {
            one.name.partition("/")[2]: file.read()
            for one in files
            if (file := tar.extractfile(one)) is not None
        }


def test_a_killed_workers_trial_is_ended_by_another_and_no_sample_runs_again(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    environment: Mapping[str, str] = {
        "SEATRIAL_DATABASE": postgres_server.url(postgres_server.create()),
        "SEATRIAL_WORK_DATABASE": postgres_server.url(postgres_server.create()),
        "SEATRIAL_TRIAL_JOBS": "1",
    }
    place = workplace(tmp_path / "data", environment)
    place.seed("trial", signed_plan(tmp_path), DETAILS)
    first = place.start(*DEAD)
    try:
        wait_until(lambda: bool(records(place)), "a sample is finished", seconds=240)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    before = records(place)
    assert 1 <= len(before) < 4, "the kill came too late to test anything"

    def ends() -> list[dict[str, Any]]:
        return [one for one in place.entries() if one["kind"] == "submission.trial-ended"]

    with place.working(*DEAD):
        wait_until(lambda: bool(ends()), "the trial's end", seconds=300)
        wait_until(lambda: not records(place), "the folder is cleared")
    (ended,) = ends()
    files = archive(place)

    assert ended["facts"]["statement"] is not None
    assert ended["by"] == "worker"
    assert ended["key"] == "trial/tried/t1/0/3"
    assert {name: files[name] for name in before} == before, "a finished sample ran again"
    assert len([name for name in files if name.startswith("work/records/")]) == 4
    assert "is dead; its work is taken over" in place.log
    sealed = [one for one in place.entries() if one["kind"] == "sealed.sealed"]
    assert len([one for one in sealed if "trial=t1" in one["facts"]["media"]]) == 5
    reads = [one for one in place.entries() if one["kind"] == "sealed.read" and one["key"] is None]
    assert {one["facts"]["purpose"] for one in reads} >= {"evaluation"}
