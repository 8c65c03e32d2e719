"""What a trial will use: the most it can, and what it is heading for."""

from dataclasses import dataclass

from seatrial.review.plan import MODEL_ROLE, REFRAMED_ROLE, Plan, planned_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Model calls, tokens (input and output together) and cost of a whole trial.

    own: samples of the model itself; the rest are controls, which cost nothing.
    cost_usd: None when the price is not known.
    """

    samples: int
    own: int
    calls: int
    tokens: int
    cost_usd: float | None


def is_own(role: str) -> bool:
    """Tell whether the model under trial plays this role; every other is a control."""
    return role in (MODEL_ROLE, REFRAMED_ROLE)


def most(plan: Plan, *, usd_per_token: float | None) -> Forecast:
    """Give the most the plan lets a trial use, controls included; these cost nothing.

    usd_per_token: the model's, the dearer of input and output; None when not known.
    The call that passes a sample's token limit is its last, so the true figure can exceed
    this by one call a sample.
    """
    names = planned_samples(plan)
    samples = len(names)
    each = plan.draft.budgets.tokens[-1]
    own = sum(is_own(one.role) for one in names)
    return Forecast(
        samples=samples,
        own=own,
        calls=samples * plan.draft.limits.messages,
        tokens=samples * each,
        cost_usd=None if usd_per_token is None else own * each * usd_per_token,
    )


def heading(used: Forecast, *, samples: int, own: int) -> Forecast | None:
    """Project from the samples finished so far; None before the first.

    used: by the finished samples. samples, own: to be run in all. Money is projected over the
    model's own samples: these run first, and controls cost nothing.
    """
    if used.samples == 0:
        return None
    scale = samples / used.samples
    cost = used.cost_usd
    return Forecast(
        samples=samples,
        own=own,
        calls=round(used.calls * scale),
        tokens=round(used.tokens * scale),
        cost_usd=None if cost is None else cost * (own / used.own if used.own else 0.0),
    )
