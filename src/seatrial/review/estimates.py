"""From finished samples to solve rates: by capability, family and dial, treatment and budget."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from seatrial.core.problem import RefusedError
from seatrial.core.verdict import Outcome
from seatrial.review.interval import SolveRate, TooFewTasks, solve_rate
from seatrial.review.plan import LEAST_BUDGETS, MODEL_ROLE, DialValue, Plan, plan_roles
from seatrial.review.sample import SampleResult


class Treatment(StrEnum):
    """What a sample with a detection counts as (R12)."""

    FAILURE = "failure"
    DROPPED = "dropped"
    SUCCESS = "success"


HEADLINE = Treatment.FAILURE


class Scope(StrEnum):
    """Over which tasks an estimate runs."""

    CAPABILITY = "capability"
    FAMILY = "family"
    DIAL = "dial"


class BareScoreError(RefusedError):
    """A score at fewer than three budgets was asked for; the plan's author must name more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an estimate is of. family: None over all families of a capability."""

    scope: Scope
    capability: str
    family: str | None = None
    dial: str | None = None
    value: DialValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One solve rate, with what it rests on.

    budget: tokens. tasks, samples: in the denominator. solved: samples counted as solved.
    solve_rate: None when fewer than two tasks are left: not measured.
    """

    role: str
    subject: Subject
    treatment: Treatment
    budget: int
    tasks: int
    samples: int
    solved: int
    solve_rate: SolveRate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the samples of one role and family ended. quarantined: tasks, not samples."""

    role: str
    family: str
    planned: int
    finished: int
    passed: int
    failed: int
    gave_up: int
    no_submission: int
    infrastructure: int
    cheated: int
    refusals: int
    quarantined: int


def estimate_trial(plan: Plan, samples: Iterable[SampleResult]) -> tuple[Estimate, ...]:
    """Estimate everything the report states of a trial's samples.

    The model: each capability, family and dial that varies, under the three treatments, at each
    budget. Controls: each family, under the headline treatment, at the largest budget.
    Raises: BareScoreError when the plan has fewer than three budgets (R13).
    """
    budgets = plan.draft.budgets.tokens
    if len(budgets) < LEAST_BUDGETS:
        raise BareScoreError(
            f"The plan has {len(budgets)} budgets; a bare score is refused.",
            f"Name {LEAST_BUDGETS} or more budgets in the plan.",
        )
    by_role: dict[str, list[SampleResult]] = {}
    for sample in samples:
        by_role.setdefault(sample.role, []).append(sample)
    estimates = [
        estimate(MODEL_ROLE, subject, chosen, treatment, budget)
        for subject, chosen in _subjects(plan, by_role.get(MODEL_ROLE, []))
        for treatment in Treatment
        for budget in budgets
    ]
    estimates += [
        estimate(role, subject, chosen, HEADLINE, budgets[-1])
        for role in plan.draft.controls
        for subject, chosen in _subjects(plan, by_role.get(role, []))
        if subject.scope is Scope.FAMILY
    ]
    return tuple(estimates)


def estimate(
    role: str,
    subject: Subject,
    samples: Sequence[SampleResult],
    treatment: Treatment,
    budget: int,
) -> Estimate:
    """Estimate one solve rate. Infrastructure failures are left out: neither pass nor failure."""
    runs: Counter[str] = Counter()
    solved: Counter[str] = Counter()
    for sample in samples:
        if sample.verdict.outcome is Outcome.INFRASTRUCTURE:
            continue
        if sample.cheated and treatment is Treatment.DROPPED:
            continue
        runs[sample.task] += 1
        solved[sample.task] += counts_as_solved(sample, treatment, budget)
    tasks = sorted(runs)
    try:
        rate = solve_rate(
            np.array([solved[task] for task in tasks], dtype=np.float64),
            np.array([runs[task] for task in tasks], dtype=np.int64),
        )
    except TooFewTasks:
        rate = None
    return Estimate(
        role=role,
        subject=subject,
        treatment=treatment,
        budget=budget,
        tasks=len(tasks),
        samples=runs.total(),
        solved=solved.total(),
        solve_rate=rate,
    )


def tally_trial(
    plan: Plan, samples: Sequence[SampleResult], quarantined: Iterable[str]
) -> tuple[Tally, ...]:
    """Count how samples ended, for each role and family. quarantined: names of tasks."""
    out = frozenset(quarantined)
    return tuple(
        _tally(plan, samples, out, role, family.family)
        for role in plan_roles(plan)
        for family in plan.families
    )


def _tally(
    plan: Plan, samples: Sequence[SampleResult], out: frozenset[str], role: str, family: str
) -> Tally:
    chosen = [s for s in samples if s.role == role and s.family == family]
    ended = Counter(sample.verdict.outcome for sample in chosen)
    tasks = [task.name for task in plan.tasks if task.family == family]
    return Tally(
        role=role,
        family=family,
        planned=len(tasks) * plan.draft.epochs,
        finished=len(chosen),
        passed=ended[Outcome.PASSED],
        failed=ended[Outcome.FAILED],
        gave_up=ended[Outcome.GAVE_UP],
        no_submission=ended[Outcome.NO_SUBMISSION],
        infrastructure=ended[Outcome.INFRASTRUCTURE],
        cheated=sum(sample.cheated for sample in chosen),
        refusals=sum(sample.refusals for sample in chosen),
        quarantined=len(out.intersection(tasks)),
    )


def counts_as_solved(sample: SampleResult, treatment: Treatment, budget: int) -> bool:
    """Say whether a sample is solved within `budget` tokens under a treatment of cheating."""
    if sample.cheated:
        if treatment is not Treatment.SUCCESS:
            return False
        # A cheat that never submitted had its success, if any, by its end.
        return (sample.at_submission or sample.total).tokens <= budget
    submitted = sample.at_submission
    return sample.verdict.passed and submitted is not None and submitted.tokens <= budget


def _subjects(
    plan: Plan, samples: Sequence[SampleResult]
) -> Iterator[tuple[Subject, list[SampleResult]]]:
    capability_of = {family.family: family.capability for family in plan.families}
    for capability in dict.fromkeys(capability_of.values()):
        yield (
            Subject(scope=Scope.CAPABILITY, capability=capability),
            [s for s in samples if capability_of.get(s.family) == capability],
        )
    for family, capability in capability_of.items():
        chosen = [s for s in samples if s.family == family]
        yield Subject(scope=Scope.FAMILY, capability=capability, family=family), chosen
        for dial, value in _varied(plan, family):
            yield (
                Subject(
                    scope=Scope.DIAL,
                    capability=capability,
                    family=family,
                    dial=dial,
                    value=value,
                ),
                [s for s in chosen if _has(s, dial, value)],
            )


def _has(sample: SampleResult, dial: str, value: DialValue) -> bool:
    found = sample.dials.get(dial)
    # True equals 1 in Python; on a dial they are different settings.
    return found == value and type(found) is type(value)


def _varied(plan: Plan, family: str) -> Iterator[tuple[str, DialValue]]:
    values: dict[str, list[DialValue]] = {}
    for task in plan.tasks:
        if task.family == family:
            # Sorted: a mapping read back from canonical JSON has lost its order.
            for dial, value in sorted(task.dials.items()):
                known = values.setdefault(dial, [])
                if not any(value == v and type(value) is type(v) for v in known):
                    known.append(value)
    for dial, known in sorted(values.items()):
        if len(known) > 1:
            for value in known:
                yield dial, value
