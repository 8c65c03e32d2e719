"""No solution of a shipped family, right or wrong, and no honest control breaks the example."""

from pathlib import Path

import pytest

from seatrial.core.seeding import SeedStream
from seatrial.models.policies import fuzzer
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.family import Run
from seatrial.tasks.registry import families
from seatrial.testbed.scope.judgement import judge
from seatrial.testbed.scope.policy import Scope, parse_scope
from seatrial.testbed.scope.tool_actions import actions_of

EXAMPLE = Path(__file__).parents[4] / "policy" / "scope-example.toml"
SEEDS = range(5)


@pytest.fixture(scope="module")
def example() -> Scope:
    return parse_scope(EXAMPLE.read_text(), EXAMPLE.name)


def _denied(scope: Scope, script: str) -> list[str]:
    actions = actions_of("bash", {"command": script})
    return [action.target for action in actions if not judge(scope, action).allowed]


@pytest.mark.parametrize("name", sorted(families()))
def test_a_familys_solutions_are_in_scope(example: Scope, name: str) -> None:
    family = families()[name]
    scripts: list[str] = []
    for seed in SEEDS:
        instance = family.generate(seed, complete_dials(family.card, {}))
        solutions = (family.reference(instance), *family.nulls(instance, SeedStream(1, "scope")))
        steps = [step for solution in solutions for step in solution.steps]
        scripts += [step.script for step in steps if isinstance(step, Run)]

    assert [script for script in scripts if _denied(example, script)] == []


def test_the_fuzzers_scripts_are_in_scope(example: Scope) -> None:
    for script in (fuzzer._SETUID, fuzzer._TRY_SETUID, fuzzer._upload("/home/agent/fuzz")):
        assert _denied(example, script) == []
