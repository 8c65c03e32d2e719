"""A finished sample, as boards show it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedSample:
    """A sample as the board shows it. cost_usd: None when the price is not known."""

    role: str
    sample: str
    outcome: str
    model_calls: int
    tokens: int
    cost_usd: float | None
