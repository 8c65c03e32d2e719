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
from seatrial.models.server import serve

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def start(
    folder: Path, environment: Mapping[str, str], *, output: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    verb = ["resume", str(folder)]
    if not (folder / "plan.dsse.json").exists():
        verb = ["run", "--plan", str(PLAN), "--model", "reference/novice", "--controls"]
        verb += ["--out", str(folder), "--trust-own-key"]
    return subprocess.Popen(
        [Path(sys.executable).parent / "seatrial", "trial", *verb],
        cwd=ROOT,
        env=dict(environment),
        stdout=output,
        stderr=subprocess.STDOUT,
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_trial_says_how_to_go_on_and_leaves_no_sandbox(
    number: signal.Signals, environment: Mapping[str, str], seatrial: Seatrial, tmp_path: Path
) -> None:
    folder = tmp_path / "t"
    # Others' tests kill harnesses meanwhile; their leftovers are not this trial's.
    own = {"SEATRIAL_RUNTIME": str(tmp_path / "run")}
    process = start(folder, {**environment, **own}, output=subprocess.PIPE)
    while process.poll() is None and not records(folder):
        time.sleep(0.02)
    process.send_signal(number)
    said = process.communicate()[0].decode()

    assert process.returncode == 130, said
    assert f"seatrial trial resume {folder}" in said
    assert "Traceback" not in said
    assert "Removed 0 sandboxes" in seatrial("testbed", "clean", **own).stdout


def test_two_runs_cannot_share_a_folder(
    environment: Mapping[str, str], seatrial: Seatrial, tmp_path: Path
) -> None:
    folder = tmp_path / "t"
    process = start(folder, environment)
    while process.poll() is None and not (folder / "work" / "lock").exists():
        time.sleep(0.02)
    second = seatrial("trial", "run", "--plan", PLAN, "--model", "reference/null", "--out", folder)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert second.returncode in (2, 3), second.stderr
    assert "not empty" in second.stderr or "worked on" in second.stderr
    assert "reference/novice" in (folder / "work" / "setting.json").read_text()


def test_a_trial_that_met_its_cap_goes_on_with_a_higher_one(
    seatrial: Seatrial, tmp_path: Path
) -> None:
    folder = tmp_path / "t"
    with serve() as serving:
        capped = seatrial(
            *("trial", "run", "--plan", PLAN, "--model", "openai-api/lab/novice"),
            *("--base-url", serving.base_url, "--price", "100", "--cap", "0.5", "--jobs", "4"),
            *("--trust-own-key", "--out", folder),
            LAB_API_KEY="any",
        )
        spent = sum(map(float, (folder / "work" / "spending").read_text().split()))
        finished = seatrial("trial", "resume", folder, "--cap", "50", LAB_API_KEY="any")

    assert "resume" in capped.stdout
    assert "--cap USD" in capped.stdout
    assert spent <= 0.5
    assert finished.returncode == 0, finished.stderr
    report = json.loads((folder / "report.json").read_text())
    assert report["trial"]["not_run"] == []
    kinds = {one["kind"] for one in report["deviations"]}
    assert {"spending_cap", "cut_off_calls", "resumed"} <= kinds
    assert seatrial("verify", folder).returncode == 0
