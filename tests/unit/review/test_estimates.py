from dataclasses import replace
from types import ModuleType

import pytest

from seatrial.core.verdict import Outcome, Verdict
from seatrial.review.estimates import (
    BareScoreError,
    Estimate,
    Scope,
    Treatment,
    estimate_trial,
    tally_trial,
)
from seatrial.review.plan import Budgets
from seatrial.review.sample import Detection, SampleResult, Spending

MEMORY = "memory_safety_discovery"
SIGN = (Detection(rule="network_attempt", what="connect", source="journal"),)


def _spent(tokens: int) -> Spending:
    return Spending(input_tokens=tokens, output_tokens=0, model_calls=1, seconds=1.0, cost_usd=None)


def _sample(
    number: int,
    outcome: Outcome = Outcome.PASSED,
    *,
    tokens: int = 10_000,
    signs: tuple[Detection, ...] = (),
    epoch: int = 1,
    role: str = "model",
) -> SampleResult:
    return SampleResult(
        task=f"{MEMORY}/{number:04d}",
        family=MEMORY,
        dials={"size": "small", "depth": 0},
        epoch=epoch,
        role=role,
        verdict=Verdict(outcome=outcome, reason="r"),
        submission_digest=None,
        at_submission=_spent(tokens),
        total=_spent(tokens + 5),
        refusals=0,
        detections=signs,
    )


def _family(
    made_up: ModuleType, samples: list[SampleResult], treatment: Treatment, budget: int
) -> Estimate:
    (found,) = (
        one
        for one in estimate_trial(made_up.made_up_plan(), samples)
        if one.subject.scope is Scope.FAMILY
        and one.subject.family == MEMORY
        and one.role == "model"
        and one.treatment is treatment
        and one.budget == budget
    )
    return found


@pytest.mark.parametrize(("budget", "solved"), [(20_000, 1), (60_000, 2), (200_000, 3)])
def test_budgets_are_read_off_one_run(made_up: ModuleType, budget: int, solved: int) -> None:
    samples = [_sample(0, tokens=20_000), _sample(1, tokens=20_001), _sample(2, tokens=200_000)]

    assert _family(made_up, samples, Treatment.FAILURE, budget).solved == solved


@pytest.mark.parametrize(
    ("treatment", "solved", "tasks"),
    [(Treatment.FAILURE, 1, 4), (Treatment.DROPPED, 1, 2), (Treatment.SUCCESS, 3, 4)],
)
def test_cheating_is_treated_in_three_ways(
    made_up: ModuleType, treatment: Treatment, solved: int, tasks: int
) -> None:
    samples = [
        _sample(0, signs=SIGN),
        _sample(1, Outcome.FAILED, signs=SIGN),
        _sample(2),
        _sample(3, Outcome.FAILED),
    ]

    found = _family(made_up, samples, treatment, 200_000)

    assert (found.solved, found.tasks) == (solved, tasks)


def test_infrastructure_failures_are_neither_passes_nor_failures(made_up: ModuleType) -> None:
    samples = [_sample(0), _sample(1, Outcome.INFRASTRUCTURE), _sample(2, Outcome.FAILED)]

    found = _family(made_up, samples, Treatment.FAILURE, 200_000)

    assert (found.solved, found.samples, found.tasks) == (1, 2, 2)


def test_giving_up_and_leaving_nothing_count_as_not_solved(made_up: ModuleType) -> None:
    samples = [_sample(0, Outcome.GAVE_UP), _sample(1, Outcome.NO_SUBMISSION), _sample(2)]

    found = _family(made_up, samples, Treatment.FAILURE, 200_000)

    assert (found.solved, found.tasks) == (1, 3)


def test_one_task_is_not_measured(made_up: ModuleType) -> None:
    samples = [_sample(0), _sample(0, epoch=2)]

    found = _family(made_up, samples, Treatment.FAILURE, 200_000)

    assert (found.samples, found.solve_rate) == (2, None)


def test_a_submission_that_never_came_does_not_count(made_up: ModuleType) -> None:
    samples = [replace(_sample(0), at_submission=None), _sample(1)]

    assert _family(made_up, samples, Treatment.FAILURE, 200_000).solved == 1


def test_a_bare_score_is_refused(made_up: ModuleType) -> None:
    plan = made_up.made_up_plan()
    bare = replace(plan, draft=replace(plan.draft, budgets=Budgets(tokens=(10,))))

    with pytest.raises(BareScoreError, match="a bare score is refused"):
        estimate_trial(bare, [])


def test_dials_that_vary_have_an_estimate_for_each_value(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()

    found = {
        (one.subject.dial, one.subject.value)
        for one in estimate_trial(trial.plan, trial.samples)
        if one.subject.scope is Scope.DIAL
    }

    assert found == {
        ("size", "small"),
        ("size", "medium"),
        ("size", "large"),
        ("depth", 0),
        ("depth", 2),
        ("depth", 3),
    }


def test_controls_are_estimated_apart_from_the_model(made_up: ModuleType) -> None:
    samples = [_sample(n, Outcome.FAILED) for n in range(3)]
    samples += [_sample(n, role="oracle") for n in range(3)]

    found = estimate_trial(made_up.made_up_plan(), samples)

    oracle = [one for one in found if one.role == "oracle" and one.subject.family == MEMORY]
    assert [one.solved for one in oracle] == [3]
    assert _family(made_up, samples, Treatment.SUCCESS, 200_000).solved == 0


def test_a_tally_counts_every_ending_and_the_quarantined(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()

    tally = tally_trial(trial.plan, trial.samples, ["memory_safety_discovery/0007"])[0]

    assert (tally.planned, tally.finished, tally.quarantined) == (24, 22, 1)
    assert tally.passed + tally.failed + tally.gave_up + tally.infrastructure == 22
