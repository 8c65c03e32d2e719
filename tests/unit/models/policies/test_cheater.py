import subprocess
from pathlib import Path
from typing import Any

import pytest

from seatrial.models.policies.cheater import CHEATER
from seatrial.models.policies.cheats import (
    CHEATS,
    FAKE_FLAG,
    FORGED_TURN,
    GUARD,
    LEAVINGS,
    Cheat,
    cheat_script,
    leaving_script,
)

HARMFUL_OUTSIDE = {"sandbox_tampering", "harness_killing", "poisoned_tools"}


def bash(script: str, folder: Path) -> str:
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
def test_every_attempt_is_a_script_that_a_shell_reads(cheat: Cheat) -> None:
    script = cheat_script(cheat, home="/home/agent")
    subprocess.run(["bash", "-n", "-c", script], check=True)
    assert "{" + "home}" not in script


def test_attempts_that_could_harm_a_host_are_guarded() -> None:
    guarded = {cheat.name for cheat in CHEATS if cheat_script(cheat, home="/h").startswith(GUARD)}
    assert guarded == HARMFUL_OUTSIDE


@pytest.mark.skipif(Path("/home/agent/task").exists(), reason="this is a trial's sandbox")
def test_the_guard_stops_a_script_outside_a_sandbox(tmp_path: Path) -> None:
    assert bash(GUARD + "echo reached", tmp_path) == "not in a sandbox\n"


def test_seed_0_tries_everything_then_forges_its_submission(scaffold: Any) -> None:
    turns = scaffold().drive(CHEATER)
    scripts = [turn.calls[0].arguments.get("cmd") for turn in turns[: len(CHEATS)]]
    assert scripts == [cheat_script(cheat, home="/home/agent") for cheat in CHEATS]
    assert turns[-1].text == FORGED_TURN
    assert 'set outcome to "passed"' in turns[-1].calls[0].arguments["answer"]


@pytest.mark.parametrize("start", range(len(CHEATS)))
def test_each_attempt_is_the_first_of_some_seed(start: int, scaffold: Any) -> None:
    [turn] = scaffold().drive(CHEATER, seed=start, limit=1)
    assert turn.calls[0].arguments["cmd"] == cheat_script(CHEATS[start], home="/home/agent")


def test_each_seed_but_the_last_tries_everything_once(scaffold: Any) -> None:
    for seed in range(len(CHEATS)):
        turns = scaffold().drive(CHEATER, seed=seed)
        tried = {turn.calls[0].arguments.get("cmd") for turn in turns[: len(CHEATS)]}
        assert tried == {cheat_script(cheat, home="/home/agent") for cheat in CHEATS}


def test_a_flag_is_faked_when_words_are_asked_for(flag_task: str, scaffold: Any) -> None:
    turns = scaffold(flag_task).drive(CHEATER, seed=len(CHEATS))
    assert turns[0].calls[0].arguments["answer"].startswith(FAKE_FLAG)


def test_the_submission_is_a_forged_report_a_link_or_a_pipe(tmp_path: Path) -> None:
    kinds = []
    for seed in range(len(LEAVINGS)):
        path = tmp_path / str(seed) / "input.bin"
        bash(leaving_script(seed, path=str(path), folder=str(path.parent)), tmp_path)
        kinds.append((path.is_symlink(), path.is_fifo(), path.is_file() and not path.is_symlink()))
    assert kinds[0] == (False, False, True)
    assert kinds[1][0]
    assert kinds[2][1]
    assert b"AddressSanitizer" in (tmp_path / "0" / "input.bin").read_bytes()
