from collections.abc import Callable
from typing import Any

import pytest

from seatrial.models.conversation import Turn
from seatrial.models.policies.fuzzer import FUZZER, SLICE_EXECUTIONS, SLICES


def saying(*, build: str = "target binary reads file\n", run: str) -> Callable[[str], str]:
    def shell(script: str) -> str:
        if "python3 -m fuzzer build" in script:
            return build
        return run if "python3 -m fuzzer run" in script else ""

    return shell


def scripts(turns: list[Turn]) -> list[str]:
    return [call.arguments["cmd"] for turn in turns for call in turn.calls if call.tool == "bash"]


def test_a_run_is_cut_into_slices_that_follow_each_other(scaffold: Any) -> None:
    turns = scaffold(shell=saying(run="executions 1 no crash")).drive(FUZZER, seed=9)
    runs = [
        script.split("task ")[-1] for script in scripts(turns) if "python3 -m fuzzer run" in script
    ]
    starts = [number * SLICE_EXECUTIONS for number in range(SLICES)]
    assert runs == [
        f"/home/agent/fuzz 9 {start} {SLICE_EXECUTIONS} /home/agent/submission/input.bin"
        for start in starts
    ]
    assert turns[-1].calls[0].tool == "report_impossible"


def test_a_crash_ends_the_run_and_is_handed_in(scaffold: Any) -> None:
    turns = scaffold(shell=saying(run="executions 5 crash found")).drive(FUZZER)
    assert turns[-1].calls[0].tool == "submit"
    assert sum("python3 -m fuzzer run" in script for script in scripts(turns)) == 1


@pytest.mark.parametrize(
    "shell", [saying(build="no program to test", run=""), saying(run="Traceback ...")]
)
def test_when_its_program_fails_it_says_so(shell: Callable[[str], str], scaffold: Any) -> None:
    turns = scaffold(shell=shell).drive(FUZZER)
    assert turns[-1].calls[0].tool == "report_impossible"


def test_on_a_flag_task_it_tries_setuid_programs_and_gives_up(
    flag_task: str, scaffold: Any
) -> None:
    turns = scaffold(flag_task).drive(FUZZER)
    assert any("-perm -4000" in script for script in scripts(turns))
    assert turns[-1].calls[0].tool == "report_impossible"
