"""Inputs that answer comparisons: what the program compared with a constant becomes the constant.

Idea: C. Aschermann and others, REDQUEEN (NDSS 2019), input-to-state correspondence.
"""

import re
from collections.abc import Iterator
from typing import Final

from .dice import Dice
from .length_field import ORDERS

Comparisons = tuple[tuple[int, tuple[int, ...]], ...]
"""Constants, each with values that were found unequal to it."""

HEX_WIDTHS: Final = (8, 7, 6, 5, 4, 2)  # digits of a number in a text
ANSWERS: Final = 6  # for each comparison; a value may stand at many places
VALUES: Final = 4  # for each constant; those of a loop are many and say little


def answered(data: bytes, value: int, constant: int, dice: Dice) -> Iterator[bytes]:
    """Write `constant` where `data` says `value`, at one place each, longest spellings first."""
    places = [
        (len(old), match.start(), new)
        for old, new in _spellings(value, constant)
        for match in re.finditer(re.escape(old), data)
    ]
    for size, at, new in sorted(places, key=lambda place: (-place[0], dice.below(1 << 16)))[
        :ANSWERS
    ]:
        yield data[:at] + new + data[at + size :]


def all_answered(
    data: bytes, compared: Comparisons, known: set[tuple[int, int]], dice: Dice
) -> list[bytes]:
    """Answer each comparison that is not in `known`; add it there."""
    answers: list[bytes] = []
    for constant, values in compared:
        new = [value for value in values if (constant, value) not in known]
        for value in new[-VALUES:]:
            answers += answered(data, value, constant, dice)
        known.update((constant, value) for value in new)
    return answers


def _spellings(value: int, wanted: int) -> Iterator[tuple[bytes, bytes]]:
    """Write two numbers in each way in which both can be written."""
    most = max(value, wanted)
    for width in (1, 2, 4):
        if most < 1 << 8 * width:
            for order in ORDERS[: 1 if width == 1 else 2]:
                yield value.to_bytes(width, order), wanted.to_bytes(width, order)
    yield str(value).encode(), str(wanted).encode()
    for width in HEX_WIDTHS:
        if most < 1 << 4 * width:
            yield f"{value:0{width}x}".encode(), f"{wanted:0{width}x}".encode()
        if most < 1 << 3 * width:
            yield f"{value:0{width}o}".encode(), f"{wanted:0{width}o}".encode()
    if most >= 128:  # noqa: PLR2004 - smaller ones are single bytes
        yield _varint(value), _varint(wanted)


def _varint(value: int) -> bytes:
    """Write seven bits in each byte, the lowest first."""
    digits = [value >> shift & 127 for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes(digit | 128 for digit in digits[:-1]) + bytes(digits[-1:])
