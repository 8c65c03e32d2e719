"""Two workers and PostgreSQL: one is killed in the middle of a trial, the other ends it."""

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from tried import archive_of, records_of, signed_plan
from worker_portal import wait_until, workplace

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

DETAILS = 'model = "reference/novice"\n'
DEAD = ("--dead-after", "3")


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
        wait_until(lambda: bool(records_of(place)), "a sample is finished", seconds=240)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    before = records_of(place)
    assert 1 <= len(before) < 4, "the kill came too late to test anything"

    def ends() -> list[dict[str, Any]]:
        return [one for one in place.entries() if one["kind"] == "submission.trial-ended"]

    with place.working(*DEAD):
        wait_until(lambda: bool(ends()), "the trial's end", seconds=300)
        wait_until(lambda: not records_of(place), "the folder is cleared")
    (ended,) = ends()
    files = archive_of(place)

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
