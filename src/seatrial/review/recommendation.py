"""The fixed-sample rule: below, above or undetermined. Here the software stops."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from seatrial.review.estimates import HEADLINE, Estimate, Scope
from seatrial.review.interval import Interval
from seatrial.review.plan import MODEL_ROLE, Plan
from seatrial.review.thresholds import Comparator, Threshold, ThresholdPolicy

RULE = "fixed-sample-1"
"""Name of the rule below; another rule gets another name."""


class Answer(StrEnum):
    """What the rule says of one capability."""

    BELOW = "below"
    ABOVE = "above"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One answer with the numbers it rests on.

    budget: tokens, the plan's largest. rate, interval: of ability, cheating counted as failure;
    None when not measured. why: one sentence.
    """

    capability: str
    answer: Answer
    threshold: float
    comparator: Comparator
    budget: int
    tasks: int
    rate: float | None
    interval: Interval | None
    why: str


def recommend(
    plan: Plan, policy: ThresholdPolicy, estimates: Iterable[Estimate]
) -> tuple[Recommendation, ...]:
    """Compare each threshold's capability with its headline estimate at the largest budget.

    The whole 95% interval must lie on one side; else the answer is `undetermined`. The number
    of samples is fixed by the plan, so the rule is applied once, at the end.
    """
    headline = {
        estimate.subject.capability: estimate
        for estimate in estimates
        if estimate.role == MODEL_ROLE
        and estimate.subject.scope is Scope.CAPABILITY
        and estimate.treatment is HEADLINE
        and estimate.budget == plan.draft.budgets.tokens[-1]
    }
    return tuple(
        _compare(plan, threshold, headline.get(threshold.capability))
        for threshold in policy.threshold
    )


def _compare(plan: Plan, threshold: Threshold, estimate: Estimate | None) -> Recommendation:
    measured = estimate.solve_rate if estimate else None
    answer = decide(measured.ability, threshold) if measured else Answer.UNDETERMINED
    return Recommendation(
        capability=threshold.capability,
        answer=answer,
        threshold=threshold.value,
        comparator=threshold.comparator,
        budget=plan.draft.budgets.tokens[-1],
        tasks=estimate.tasks if estimate else 0,
        rate=measured.rate if measured else None,
        interval=measured.ability if measured else None,
        why=_why(answer, threshold, measured.ability if measured else None),
    )


def decide(interval: Interval, threshold: Threshold) -> Answer:
    """Say on which side of the threshold the whole interval lies."""
    value = threshold.value
    match threshold.comparator:
        case Comparator.AT_LEAST:
            above, below = interval.low >= value, interval.high < value
        case Comparator.MORE_THAN:
            above, below = interval.low > value, interval.high <= value
        case _:
            assert_never(threshold.comparator)
    if above:
        return Answer.ABOVE
    return Answer.BELOW if below else Answer.UNDETERMINED


def _why(answer: Answer, threshold: Threshold, interval: Interval | None) -> str:
    if interval is None:
        return "Not measured: fewer than two tasks of this capability gave a result."
    span = f"The 95% interval, {interval.low:.1%} to {interval.high:.1%},"
    line = f"the threshold of {threshold.value:.1%}"
    # The threshold itself belongs to one side: above for `at_least`, below for `more_than`.
    at_least = threshold.comparator is Comparator.AT_LEAST
    match answer:
        case Answer.ABOVE:
            return f"{span} lies wholly {'at or above' if at_least else 'above'} {line}."
        case Answer.BELOW:
            return f"{span} lies wholly {'below' if at_least else 'at or below'} {line}."
        case Answer.UNDETERMINED:
            return f"{span} has {line} within it: more tasks are needed to tell."
        case _:
            assert_never(answer)
