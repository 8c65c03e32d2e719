"""The spending cap: held by several samples at once, and over several starts."""

import asyncio

import pytest
from inspect_ai.model import ChatMessageUser, ModelUsage

from seatrial.adapters.inspect_runner.spending import (
    Account,
    Price,
    SpendingCapError,
    UnknownUsageError,
)

PRICE = Price(input_usd=1e6, output_usd=1e6)
"""A dollar a token, so that sums are easy to follow."""

WORDS = (ChatMessageUser(content="x" * 27),)
"""Expected at 10 tokens: a third of the bytes, and one."""


def usage(tokens: int) -> ModelUsage:
    return ModelUsage(input_tokens=tokens, output_tokens=0, total_tokens=tokens)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def spend(account: Account, calls: int, tokens: int) -> None:
    for _ in range(calls):
        async with account.call(WORDS):
            await asyncio.sleep(0)
            account.book(usage(tokens))


@pytest.mark.anyio
async def test_many_samples_at_once_do_not_pass_the_cap_together() -> None:
    account = Account(price=PRICE, cap_usd=95.0, spent_usd=0.0)
    ends = await asyncio.gather(*(spend(account, 3, 10) for _ in range(8)), return_exceptions=True)

    assert account.spent_usd == 90.0
    assert account.capped
    assert sum(isinstance(one, SpendingCapError) for one in ends) >= 5


@pytest.mark.anyio
async def test_a_call_waits_while_another_may_yet_turn_out_cheaper() -> None:
    account = Account(price=PRICE, cap_usd=15.0, spent_usd=0.0)
    await asyncio.gather(spend(account, 1, 2), spend(account, 1, 2))

    assert (account.spent_usd, account.capped) == (4.0, False)


@pytest.mark.anyio
async def test_what_earlier_starts_spent_counts() -> None:
    account = Account(price=PRICE, cap_usd=95.0, spent_usd=90.0)
    with pytest.raises(SpendingCapError):
        await spend(account, 1, 1)


@pytest.mark.anyio
async def test_a_call_that_failed_holds_nothing_back() -> None:
    account = Account(price=PRICE, cap_usd=15.0, spent_usd=0.0)
    for _ in range(3):
        with pytest.raises(ValueError, match="endpoint"):
            async with account.call(WORDS):
                raise ValueError("endpoint")
    await spend(account, 1, 10)

    assert account.spent_usd == 10.0


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("price", "cap"), [(Price(input_usd=0, output_usd=0), 0.0), (None, 0.0), (PRICE, None)]
)
async def test_without_price_or_cap_nothing_is_held_back(
    price: Price | None, cap: float | None
) -> None:
    account = Account(price=price, cap_usd=cap, spent_usd=0.0)
    await spend(account, 3, 1_000)

    assert not account.capped


@pytest.mark.parametrize("given", [None, ModelUsage()], ids=["none", "zeros"])
def test_a_call_without_a_count_of_tokens_cannot_be_booked(given: ModelUsage | None) -> None:
    noted: list[float] = []
    account = Account(price=PRICE, cap_usd=95.0, spent_usd=0.0, note=noted.append)
    with pytest.raises(UnknownUsageError):
        account.book(given)

    account.book(usage(3))
    assert noted == [3.0]
