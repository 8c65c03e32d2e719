"""A trial killed at any moment goes on where it was, with the same result."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import PLAN, ROOT, Seatrial

from seatrial.core.seeding import SeedStream

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def start(folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    verb = ["resume", str(folder)]
    if not (folder / "plan.dsse.json").exists():
        verb = ["run", "--plan", str(PLAN), "--model", "reference/novice", "--controls"]
        verb += ["--out", str(folder), "--trust-own-key"]
    return subprocess.Popen(
        [Path(sys.executable).parent / "seatrial", "trial", *verb],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def records(folder: Path) -> dict[str, int]:
    found = folder.glob("work/records/*/*.json")
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in found}


def estimates(folder: Path) -> Any:
    return json.loads((folder / "report.json").read_bytes())["estimates"]


@pytest.mark.parametrize("seed", [1, 2])
def test_kill_9_and_resume_give_what_an_unbroken_run_gives(
    seed: int,
    trial: Callable[[str, str], Path],
    environment: Mapping[str, str],
    seatrial: Seatrial,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "t"
    stream = SeedStream(seed, "kills")
    for kill in range(2):
        process = start(folder, environment)
        # Wait for one more finished sample than the kill before, then a moment more.
        while process.poll() is None and len(records(folder)) < 1 + 2 * kill:
            time.sleep(0.02)
        time.sleep(stream.below(400) / 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = records(folder)
    finished = seatrial("trial", "resume", folder)

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert len(before) < 16, "the kills came too late to test anything"
    after = records(folder)
    assert {name: after[name] for name in before} == before, "a finished sample ran again"
    assert estimates(folder) == estimates(trial("novice", "first"))
    assert seatrial("verify", folder).returncode == 0
    assert seatrial("testbed", "clean").returncode == 0


def test_a_resumed_trial_whose_scope_was_altered_is_refused(
    seatrial: Seatrial, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """R5."""
    folder = tmp_path / "t"
    process = start(folder, environment)
    while process.poll() is None and not (folder / "plan.dsse.json").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    scope = folder / "policy" / "scope.toml"
    scope.write_text(scope.read_text() + "\n# looser\n")

    ran = seatrial("trial", "resume", folder)

    assert ran.returncode == 3
    assert "scope" in ran.stderr
