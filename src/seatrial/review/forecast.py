"""What a trial will use: the most it can, and what it is heading for."""

from dataclasses import dataclass

from seatrial.review.plan import MODEL_ROLE, REFRAMED_ROLE, Plan, planned_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Model calls, tokens (input and output together) and cost of a whole trial.

    cost_usd: None when the price is not known.
    """

    samples: int
    calls: int
    tokens: int
    cost_usd: float | None


def most(plan: Plan, *, usd_per_token: float | None) -> Forecast:
    """Give the most the plan lets a trial use, controls included; these cost nothing.

    usd_per_token: the model's, the dearer of input and output; None when not known.
    The call that passes a sample's token limit is its last, so the true figure can exceed
    this by one call a sample.
    """
    names = planned_samples(plan)
    samples = len(names)
    each = plan.draft.budgets.tokens[-1]
    paid = each * sum(one.role in (MODEL_ROLE, REFRAMED_ROLE) for one in names)
    return Forecast(
        samples=samples,
        calls=samples * plan.draft.limits.messages,
        tokens=samples * each,
        cost_usd=None if usd_per_token is None else paid * usd_per_token,
    )


def heading(*, finished: int, samples: int, used: Forecast) -> Forecast | None:
    """Project from the samples finished so far; None before the first.

    used: what the finished samples used.
    """
    if finished == 0:
        return None
    scale = samples / finished
    return Forecast(
        samples=samples,
        calls=round(used.calls * scale),
        tokens=round(used.tokens * scale),
        cost_usd=None if used.cost_usd is None else used.cost_usd * scale,
    )
