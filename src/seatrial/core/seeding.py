"""Randomness that is the same on every machine and Python version."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_BLOCK_BYTES = 32  # SHA-256's output


class SeedStream:
    """A deterministic stream of choices drawn from a seed and a label.

    Python's `random` may change its methods between versions; a task must have the same
    bytes anywhere, so each choice comes from SHA-256 in counter mode.

    seed: at least 0, below 2**128 (a secret seed is 128 random bits).
    label: separates streams of one seed, so that adding draws to one leaves others unchanged.
    Raises: ValueError when seed is out of range.
    """

    def __init__(self, seed: int, label: str) -> None:
        if not 0 <= seed < 2**128:
            raise ValueError(f"seed {seed} is outside 0 .. 2**128 - 1")
        self._key = seed.to_bytes(16, "big") + label.encode()
        self._counter = 0
        self._pool = b""

    def bytes(self, count: int) -> bytes:
        """Draw `count` bytes."""
        while len(self._pool) < count:
            block = self._counter.to_bytes(8, "big") + self._key
            self._pool += hashlib.sha256(block).digest()
            self._counter += 1
        drawn, self._pool = self._pool[:count], self._pool[count:]
        return drawn

    def below(self, bound: int) -> int:
        """Draw an integer in [0, bound), without modulo bias. bound: 1 .. 2**64."""
        if not 1 <= bound <= 2**64:
            raise ValueError(f"bound {bound} is outside 1 .. 2**64")
        limit = 2**64 - 2**64 % bound
        while (value := int.from_bytes(self.bytes(8), "big")) >= limit:
            pass
        return value % bound

    def between(self, low: int, high: int) -> int:
        """Draw an integer in [low, high]."""
        return low + self.below(high - low + 1)

    def chance(self, numerator: int, denominator: int) -> bool:
        """Draw True with probability numerator / denominator."""
        return self.below(denominator) < numerator

    def choice(self, options: Sequence[T]) -> T:
        """Draw one of `options`, each as likely."""
        return options[self.below(len(options))]

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """Draw `count` different options, in random order."""
        return self.shuffled(options)[:count]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Give the options in random order (Fisher-Yates)."""
        order = list(options)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def fork(self, label: str) -> "SeedStream":
        """Start an independent stream below this one's label."""
        child = SeedStream(0, "")
        child._key = self._key + b"/" + label.encode()
        return child
