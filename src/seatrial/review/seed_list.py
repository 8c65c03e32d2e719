"""Seeds of a suite entry: written out, or committed to and kept secret."""

import re
from dataclasses import dataclass

from seatrial.core.canonical import Digest
from seatrial.core.problem import BadInputError

MAX_SEEDS = 100_000
"""Per entry: far above any trial, low enough that a typing error cannot fill the memory."""

_PART = re.compile(r"([0-9]{1,16})(?:\.\.([0-9]{1,16}))?")  # 2**53 has 16 digits


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSeeds:
    """Seeds that stay with the evaluator (R11).

    commitment: digest published in their place. count: how many they are, at least 1.
    """

    commitment: Digest
    count: int


def parse_seeds(text: str, *, place: str) -> tuple[int, ...]:
    """Read seeds such as `0..5` (both ends in), `7` or `0..2, 9`, in the order written.

    Raises: BadInputError for anything else, a seed given twice, or more than MAX_SEEDS.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise BadInputError(
                f"{place}: {part.strip()!r} is not a seed or a range of seeds.",
                "Write for example '0..5' or '0..2, 9'.",
            )
        first = int(match[1])
        last = int(match[2] or match[1])
        if last < first or len(seeds) + last - first >= MAX_SEEDS or last >= 2**53:
            raise BadInputError(
                f"{place}: {part.strip()!r} is empty or too long a range.",
                f"Put the smaller seed first, with at most {MAX_SEEDS} seeds below 2**53.",
            )
        seeds.extend(range(first, last + 1))
    if len(set(seeds)) != len(seeds) or len(seeds) > MAX_SEEDS:
        raise BadInputError(
            f"{place}: a seed is given twice, or there are more than {MAX_SEEDS}.",
            "List each seed once.",
        )
    return tuple(seeds)
