"""The scaffold against endpoints that speak the protocol with habits of their own."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.adapters.odd_servers import HABITS, odd_servers

pytestmark = pytest.mark.slow

CHILD = Path(__file__).parent / "scaffold_child.py"

ERRORS = {
    "no-usage": "no count of the tokens",
    "null-usage": "no count of the tokens",
    "zero-usage": "no count of the tokens",
    "arguments-object": "dict",
    "no-choices": "ModelOutput",
    "page": "OpenAIResponseError",
}
"""Habits with which a sample is lost to infrastructure, and what its error names."""

UNFINISHED = {"silent": "idle", "too-long": "context"}
"""Habits with which the model ends by itself without submitting: graded as it stands."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("odd")
    with odd_servers() as base_url:
        ended = subprocess.run(
            [sys.executable, CHILD, base_url, folder, *HABITS],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    return {one["name"]: one for one in json.loads((folder / "found.json").read_text())}


@pytest.mark.parametrize("habit", sorted(set(HABITS) - set(ERRORS) - set(UNFINISHED)))
def test_a_habit_that_can_be_lived_with_ends_in_a_submission(
    habit: str, found: Mapping[str, dict[str, Any]]
) -> None:
    one = found[habit]
    assert (one["error"], one["stop"]) == (None, "ending")
    assert one["ending"] == {"kind": "submitted", "text": "done"}
    assert one["total"]["cost_usd"] == pytest.approx(one["usd"])


@pytest.mark.parametrize("habit", ERRORS)
def test_an_answer_that_cannot_be_used_or_counted_is_no_failure_of_the_model(
    habit: str, found: Mapping[str, dict[str, Any]]
) -> None:
    assert ERRORS[habit] in found[habit]["error"]


@pytest.mark.parametrize("habit", UNFINISHED)
def test_a_model_that_falls_silent_or_runs_out_of_context_is_graded_as_it_stands(
    habit: str, found: Mapping[str, dict[str, Any]]
) -> None:
    assert (found[habit]["error"], found[habit]["stop"]) == (None, UNFINISHED[habit])


def test_a_filtered_answer_counts_as_a_refusal(found: Mapping[str, dict[str, Any]]) -> None:
    assert found["content-filter"]["refusals"] == 1
