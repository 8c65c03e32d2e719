"""What a trial used: tokens, calls, time and money, in all and per sample."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from seatrial.review.plan import Plan, plan_roles
from seatrial.review.sample import SampleResult, Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One quantity over the samples of a role, in its own unit."""

    total: float
    mean: float
    median: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Use of one role. cost_usd: over samples whose price is known; `unpriced` counts the rest."""

    role: str
    samples: int
    unpriced: int
    tokens: Use | None
    model_calls: Use | None
    seconds: Use | None
    cost_usd: Use | None


def trial_costs(plan: Plan, samples: Sequence[SampleResult]) -> tuple[Costs, ...]:
    """Sum up each role, infrastructure failures included: they cost as much."""
    return tuple(_costs(role, samples) for role in plan_roles(plan))


def _costs(role: str, samples: Sequence[SampleResult]) -> Costs:
    spent = [sample.total for sample in samples if sample.role == role]
    return Costs(
        role=role,
        samples=len(spent),
        unpriced=sum(one.cost_usd is None for one in spent),
        tokens=_use(spent, lambda one: one.tokens),
        model_calls=_use(spent, lambda one: one.model_calls),
        seconds=_use(spent, lambda one: one.seconds),
        cost_usd=_use(spent, lambda one: one.cost_usd),
    )


def _use(spent: Sequence[Spending], of: Callable[[Spending], float | None]) -> Use | None:
    found = [value for one in spent if (value := of(one)) is not None]
    if not found:
        return None
    values = np.array(found, dtype=np.float64)
    return Use(
        # Rounded, so that a sum in another order of samples prints the same.
        total=round(float(values.sum()), 6),
        mean=round(float(values.mean()), 6),
        median=round(float(np.median(values)), 6),
        most=round(float(values.max()), 6),
    )
