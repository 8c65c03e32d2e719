"""Bundles whose plan was altered and signed again, by a key that is trusted."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from seatrial.formats.finding import Finding
from seatrial.formats.signed_plan import sign_plan
from seatrial.review.plan import Budgets, plan_digest
from seatrial.review.seed_list import SecretSeeds

Files = dict[str, bytes]
Check = Callable[..., tuple[Finding, ...]]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"epochs": 1_000_000_000}, "samples, not 1 to"),
        ({"epochs": 0}, "epochs is 0, expected 1 or more"),
        ({"suite": ()}, "suite is 'empty'"),
        ({"budgets": Budgets(tokens=())}, "budgets.tokens is []"),
        ({"controls": ("model",)}, "controls is ['model']"),
    ],
    ids=["many epochs", "no epochs", "no suite", "no budgets", "a control named model"],
)
def test_a_plan_that_makes_no_sense_is_named_however_it_is_signed(
    made_up: ModuleType, files: Files, check: Check, change: dict[str, object], what: str
) -> None:
    trial = made_up.made_up_trial()
    plan = replace(trial.plan, draft=replace(trial.plan.draft, **change))  # type: ignore[arg-type]  # tests name real fields

    found = check(trial.seal({**files, "plan.dsse.json": sign_plan(plan, trial.signer)}))

    assert what in found[-1].what
    assert found[-1].code == "unreadable"


def test_a_plan_without_tasks_is_named(made_up: ModuleType, files: Files, check: Check) -> None:
    trial = made_up.made_up_trial()
    signed = sign_plan(replace(trial.plan, tasks=()), trial.signer)

    assert "plans 0 samples" in check(trial.seal({**files, "plan.dsse.json": signed}))[-1].what


def test_a_plan_with_any_number_of_secret_seeds_is_named(
    made_up: ModuleType, files: Files, check: Check
) -> None:
    trial = made_up.made_up_trial()
    suite = tuple(
        replace(one, seeds=replace(one.seeds, count=10**15))
        if isinstance(one.seeds, SecretSeeds)
        else one
        for one in trial.plan.draft.suite
    )
    plan = replace(trial.plan, draft=replace(trial.plan.draft, suite=suite))

    found = check(trial.seal({**files, "plan.dsse.json": sign_plan(plan, trial.signer)}))

    assert "more secret seeds than tasks" in found[-1].what


@pytest.mark.parametrize("edit", ["drop", "swap", "another seed"])
def test_tasks_that_the_suite_does_not_give_are_named(
    made_up: ModuleType, check: Check, edit: str
) -> None:
    """The whole trial agrees with such a plan; only the plan does not with itself."""
    trial = made_up.made_up_trial()
    first, second, *rest = trial.plan.tasks
    tasks = {
        "drop": (second, *rest),
        "swap": (second, first, *rest),
        "another seed": (replace(first, seed=99), second, *rest),
    }[edit]
    plan = replace(trial.plan, tasks=tasks)
    record = replace(trial.trial, plan=plan_digest(plan))

    found = check(trial.but(plan=plan, trial=record).bundle())

    assert (found[0].code, found[0].where) == ("plan", "plan.dsse.json")
