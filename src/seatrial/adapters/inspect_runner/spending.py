"""What a trial has spent so far, and its cap."""

from dataclasses import dataclass

from inspect_ai.model import ModelUsage

from seatrial.review.sample import Spending

_TOKENS_PER_PRICE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD per million tokens."""

    input_usd: float
    output_usd: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        """Give the cost in USD."""
        total = input_tokens * self.input_usd + output_tokens * self.output_usd
        return total / _TOKENS_PER_PRICE


class SpendingCapError(Exception):
    """The trial's cap is reached: the sample is left unfinished and can be resumed."""


class Account:
    """Running total of a trial, over all its samples and controls.

    cap_usd: None for no cap (a price of zero needs none).
    """

    def __init__(self, *, price: Price | None, cap_usd: float | None, spent_usd: float) -> None:
        self._price = price
        self._cap_usd = cap_usd
        self.spent_usd = spent_usd
        self.capped = False

    def check(self) -> None:
        """Raise SpendingCapError when the cap is reached: called before each model call."""
        if self._cap_usd is not None and self._price is not None:
            reached = self.spent_usd >= self._cap_usd and self._price.of(1, 1) > 0
            if reached:
                self.capped = True
                raise SpendingCapError(f"{self.spent_usd:.4f} USD of {self._cap_usd:.4f} are spent")

    def book(self, usage: ModelUsage | None) -> None:
        """Add what one model call used."""
        if usage is not None and self._price is not None:
            self.spent_usd += self._price.of(input_tokens_of(usage), usage.output_tokens)

    def cost(self, input_tokens: int, output_tokens: int) -> float | None:
        """Price a sample's tokens; None when no price is known."""
        return None if self._price is None else self._price.of(input_tokens, output_tokens)


def input_tokens_of(usage: ModelUsage) -> int:
    """Count all input tokens, read from a cache or not: budgets measure what was read."""
    return (
        usage.input_tokens
        + (usage.input_tokens_cache_read or 0)
        + (usage.input_tokens_cache_write or 0)
    )


@dataclass(slots=True)
class Meter:
    """What one sample has used so far (mutable; one per running sample)."""

    input_tokens: int = 0
    output_tokens: int = 0
    model_calls: int = 0

    def add(self, usage: ModelUsage | None) -> None:
        """Count one model call."""
        self.model_calls += 1
        if usage is not None:
            self.input_tokens += input_tokens_of(usage)
            self.output_tokens += usage.output_tokens

    @property
    def tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens

    def reading(self, *, seconds: float, cost_usd: float | None) -> Spending:
        """Give the present state as a fact."""
        return Spending(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            model_calls=self.model_calls,
            seconds=seconds,
            cost_usd=cost_usd,
        )
