"""Draws that are the same in every Python version."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """xorshift64*."""

    def __init__(self, seed: int) -> None:
        self._state = (seed * 0x9E3779B97F4A7C15 + 0x1234567) & (2**64 - 1) or 1

    def below(self, bound: int) -> int:
        """Draw from [0, bound)."""
        state = self._state
        state ^= state >> 12
        state ^= (state << 25) & (2**64 - 1)
        state ^= state >> 27
        self._state = state
        return ((state * 0x2545F4914F6CDD1D) & (2**64 - 1)) * bound >> 64

    def choice(self, items: Sequence[Item]) -> Item:
        """Draw one of `items`."""
        return items[self.below(len(items))]
