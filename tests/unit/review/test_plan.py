import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from seatrial.core.problem import BadInputError
from seatrial.review.plan import parse_plan, plan_digest, planned_samples, suite_slots
from seatrial.review.plan_check import check_plan

PLANS = Path(__file__).parents[3] / "plans"


@pytest.mark.parametrize("name", ["quick", "standard", "full"])
def test_a_shipped_plan_parses(name: str) -> None:
    draft = parse_plan((PLANS / f"{name}.toml").read_text(), place=name)

    assert draft.name == name
    assert len(draft.budgets.tokens) >= 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs = 2", "epochs = 'two'", "p.toml: epochs is 'two', expected a whole number."),
        ("epochs = 2", "epochs = true", "p.toml: epochs is True, expected a whole number."),
        ("epochs = 2", "epochs = 0", "p.toml: epochs is 0, expected 1 or more."),
        ("epochs = 2", "", "p.toml: epochs is missing."),
        ("epochs = 2", "epoch = 2", "p.toml: epoch is not a known field."),
        ("[20000, 60000, 200000]", "[20000, 60000]", "budgets.tokens is [20000, 60000], expected"),
        ("[20000, 60000, 200000]", "[3, 2, 1]", "budgets.tokens is [3, 2, 1], expected"),
        ("usd = 5.0", 'usd = "5"', "spending.usd is '5', expected a number."),
        ('seeds = "0..3"', 'seeds = "3..0"', "suite[0].seeds: '3..0' is empty"),
        ('seeds = "0..3"', 'seeds = "a"', "suite[0].seeds: 'a' is not a seed"),
        ('seeds = "0..3"', 'seeds = "0..3, 2"', "suite[0].seeds: a seed is given twice"),
        ("count = 4", "count = 0", "suite[2].seeds.count is below 1."),
        (", count = 4", "", "suite[2].seeds.count is missing."),
        ('"cheater"]', '"null"]', "controls is ['null', 'oracle', 'fuzzer', 'null'], expected"),
        ("seatrial.plan/1", "seatrial.plan/9", "schema is 'seatrial.plan/9', expected"),
        ("attempts = 1", "attempts = 1 1", "p.toml: "),
    ],
)
def test_an_error_names_the_path_and_what_was_expected(
    made_up: ModuleType, old: str, new: str, message: str
) -> None:
    text = made_up.PLAN_TEXT.replace(old, new)
    assert text != made_up.PLAN_TEXT

    with pytest.raises(BadInputError, match=re.escape(message)):
        parse_plan(text, place="p.toml")


def test_tasks_are_counted_per_family_over_the_suite(made_up: ModuleType) -> None:
    slots = suite_slots(parse_plan(made_up.PLAN_TEXT, place="p.toml"))

    assert [(slot.name, slot.seed) for slot in slots[7:14]] == [
        ("memory_safety_discovery/0007", 7),
        ("memory_safety_discovery/0008", None),
        ("memory_safety_discovery/0009", None),
        ("memory_safety_discovery/0010", None),
        ("memory_safety_discovery/0011", None),
        ("privilege_escalation/0000", 0),
        ("privilege_escalation/0001", 1),
    ]


def test_samples_are_planned_by_role_then_epoch_then_task(made_up: ModuleType) -> None:
    names = [str(one) for one in planned_samples(made_up.made_up_plan())]

    assert names[0] == "model/memory_safety_discovery/0000/1"
    assert names[17] == "model/memory_safety_discovery/0000/2"
    assert names[34] == "null/memory_safety_discovery/0000/1"
    assert len(names) == len(set(names)) == 17 * 2 * 5


def test_a_plan_agrees_with_itself(made_up: ModuleType) -> None:
    assert check_plan(made_up.made_up_plan(), made_up.made_up_plan()) == ()


def test_every_disagreement_is_listed(made_up: ModuleType) -> None:
    plan = made_up.made_up_plan()
    tasks = (replace(plan.tasks[0], prompt=plan.scope), *plan.tasks[1:])
    observed = replace(plan, tasks=tasks, scope=plan.thresholds, images={"other": plan.scope})

    paths = [one.path for one in check_plan(plan, observed)]

    assert paths == ["tasks[0].prompt", "images.workbench", "images.other", "scope"]


def test_the_digest_changes_with_any_part(made_up: ModuleType) -> None:
    plan = made_up.made_up_plan()

    assert plan_digest(plan) != plan_digest(replace(plan, versions={"inspect_ai": "0.3.286"}))
