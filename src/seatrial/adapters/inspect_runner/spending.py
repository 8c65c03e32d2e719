"""What a trial has spent so far, and its cap."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from inspect_ai.model import ChatMessage, ModelUsage

from seatrial.review.sample import Spending

_TOKENS_PER_PRICE = 1_000_000

_BYTES_PER_TOKEN = 3
"""For the forecast of one call: English and code need about four, so this errs upwards."""


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


class UnknownUsageError(Exception):
    """The endpoint did not say what a call used: its tokens cannot be counted."""


class Account:
    """Running total of a trial, over all its samples and starts.

    cap_usd: None for no cap (a price of zero needs none).
    spent_usd: by earlier starts, samples that were cut off included.
    note: told the cost of each call at once, so that a killed start is not forgotten.
    """

    def __init__(
        self,
        *,
        price: Price | None,
        cap_usd: float | None,
        spent_usd: float,
        note: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._price = price
        self._cap_usd = cap_usd if price is not None and price.of(1, 1) > 0 else None
        self._note = note
        self._held_usd = 0.0
        self._largest_output = 0
        self._settled = asyncio.Condition()
        self.spent_usd = spent_usd
        self.capped = False

    @asynccontextmanager
    async def call(self, messages: Sequence[ChatMessage]) -> AsyncIterator[None]:
        """Hold back what a call with these messages is expected to cost, while it runs.

        Several samples call at once: each waits for the others rather than pass the cap with
        them. A call is expected to read its messages and to write as much as the longest
        answer so far, so only an answer longer than any before can pass the cap.
        Raises: SpendingCapError when the call does not fit any more.
        """
        expected = self._expected(messages)
        async with self._settled:
            while self._held_usd > 0 and not self._fits(expected):
                await self._settled.wait()
            if not self._fits(expected):
                self.capped = True
                raise SpendingCapError(f"{self.spent_usd:.4f} USD of {self._cap_usd} are spent")
            self._held_usd += expected
        try:
            yield
        finally:
            async with self._settled:
                self._held_usd = max(0.0, self._held_usd - expected)
                self._settled.notify_all()

    def book(self, usage: ModelUsage | None) -> ModelUsage:
        """Add what one model call used, and give it back.

        Raises: UnknownUsageError when the endpoint did not say; OSError when it cannot be noted.
        """
        if usage is None or input_tokens_of(usage) + usage.output_tokens == 0:
            raise UnknownUsageError("the endpoint gave no count of the tokens that a call used")
        self._largest_output = max(self._largest_output, usage.output_tokens)
        if self._price is not None:
            cost = self._price.of(input_tokens_of(usage), usage.output_tokens)
            self.spent_usd += cost
            self._note(cost)
        return usage

    def cost(self, input_tokens: int, output_tokens: int) -> float | None:
        """Price a sample's tokens; None when no price is known."""
        return None if self._price is None else self._price.of(input_tokens, output_tokens)

    def _expected(self, messages: Sequence[ChatMessage]) -> float:
        if self._price is None:
            return 0.0
        size = sum(len(message.text.encode(errors="replace")) for message in messages)
        return self._price.of(size // _BYTES_PER_TOKEN + 1, self._largest_output)

    def _fits(self, expected: float) -> bool:
        if self._cap_usd is None:
            return True
        return self.spent_usd + self._held_usd + expected <= self._cap_usd


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

    def add(self, usage: ModelUsage) -> None:
        """Count one model call."""
        self.model_calls += 1
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
