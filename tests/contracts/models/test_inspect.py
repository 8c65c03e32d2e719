"""A reference model under Inspect: provider, agent loop, tool calls, all on loopback.

Inspect's own agent takes the submit call out of the messages, so it is not among the calls.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seatrial.models.answer_book import Answer, RunStep, WriteStep
from seatrial.models.answer_file import FixedAnswers
from seatrial.models.server import serve

CHILD = Path(__file__).parent / "inspect_child.py"
CANARY = "5d1f3d1e-reference"
WORD = "ember-otter-42"
pytestmark = pytest.mark.slow
NAMES = ("oracle", "oracle", "novice", "flaky@4", "garbage@0", "garbage@1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("inspect")
    (made / "word.txt").write_text(WORD)
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> list[dict[str, Any]]:
    steps = (
        WriteStep(path=str(folder / "note"), contents=b"found it"),
        RunStep(script=f"cat {folder}/word.txt"),
    )
    with serve(answers=FixedAnswers({CANARY: Answer(steps=steps)}), simulate=True) as serving:
        ended = subprocess.run(
            [sys.executable, CHILD, serving.base_url, folder, CANARY, WORD, *NAMES],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    results: list[dict[str, Any]] = json.loads((folder / "found.json").read_text())
    return results


def test_the_oracle_solves_by_tool_calls(found: list[dict[str, Any]], folder: Path) -> None:
    assert found[0]["score"] == "C"
    assert (folder / "note").read_bytes() == b"found it"
    assert found[0]["calls"] == [
        ["call_000000_00", "bash"],
        ["call_000001_00", "bash"],
    ]


def test_usage_is_the_servers_and_reruns_agree(found: list[dict[str, Any]]) -> None:
    [usage] = found[0]["usage"]
    assert usage["input_tokens"] > usage["output_tokens"] > 0
    assert found[0] == found[1]


def test_the_novice_uses_the_shell_and_fails(found: list[dict[str, Any]]) -> None:
    assert found[2]["score"] == "I"
    assert [name for _, name in found[2]["calls"]] == ["bash", "bash", "bash"]


def test_a_flaky_endpoint_is_waited_for(found: list[dict[str, Any]]) -> None:
    assert (found[3]["error"], found[3]["calls"]) == (None, found[2]["calls"])


@pytest.mark.parametrize("number", [4, 5])
def test_garbage_ends_in_an_error_and_no_pass(number: int, found: list[dict[str, Any]]) -> None:
    assert found[number]["error"] is not None
    assert found[number]["score"] != "C"
