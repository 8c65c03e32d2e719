import subprocess
from pathlib import Path
from typing import Any

import pytest

from seatrial.models.answer_book import Answer, RunStep, WriteStep
from seatrial.models.policies.novice import NOVICE
from seatrial.models.policies.oracle import ORACLE
from seatrial.models.policies.sandbagger import SANDBAGGER
from seatrial.models.policy import Policy


def bash(script: str) -> str:
    """Run a script as Inspect's bash tool does: standard error first."""
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    return f"{ended.stderr}\n{ended.stdout}" if ended.stderr else ended.stdout


@pytest.mark.parametrize("size", [0, 1, 48 * 1024, 48 * 1024 + 1, 200_000])
def test_a_file_of_any_size_arrives_whole(size: int, tmp_path: Path, scaffold: Any) -> None:
    path = tmp_path / "made for it" / "file"
    contents = bytes(number % 251 for number in range(size))
    answer = Answer(steps=(WriteStep(path=str(path), contents=contents, mode=0o640),))
    scaffold(shell=bash).drive(ORACLE, answer=answer)
    assert (contents, 0o100640) == (path.read_bytes(), path.stat().st_mode)


def test_the_last_steps_output_is_the_answer_without_its_errors(scaffold: Any) -> None:
    steps = (RunStep(script="echo one"), RunStep(script="echo 'it''s'; echo noise >&2"))
    turns = scaffold(shell=bash).drive(ORACLE, answer=Answer(steps=steps))
    assert turns[-1].calls[0].arguments == {"answer": "its"}


def test_a_given_answer_is_submitted_as_it_is(scaffold: Any) -> None:
    answer = Answer(steps=(RunStep(script="echo other"),), answer="given")
    turns = scaffold(shell=bash).drive(ORACLE, answer=answer)
    assert turns[-1].calls[0].arguments == {"answer": "given"}


def test_without_a_book_it_says_so(scaffold: Any) -> None:
    [turn] = scaffold().drive(ORACLE, limit=1)
    assert "told" in turn.text


@pytest.mark.parametrize(("hard", "like"), [("hard", NOVICE), ("", ORACLE)])
def test_the_sandbagger_is_a_novice_exactly_where_it_is_hard(
    hard: str, like: Policy, scaffold: Any
) -> None:
    answer = Answer(steps=(RunStep(script="cat /root/flag"),), hard=bool(hard))
    shown = scaffold().drive(SANDBAGGER, answer=answer)
    assert shown == scaffold().drive(like, answer=answer)
