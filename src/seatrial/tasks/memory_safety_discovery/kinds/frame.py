"""What a kind of program gives: the outer structure in C, and its inputs in bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Operation, Value
from seatrial.tasks.memory_safety_discovery.source import Function

C_TYPES = {"u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "s16": "int"}
"""What an operation's argument is declared as."""

WIDTHS = {"u8": 1, "u16": 2, "u32": 4, "s16": 2}
"""Bytes of an argument in binary kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An operation under the name of its C function."""

    name: str
    noun: str
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call in an input. entry: index into the program's entries."""

    entry: int
    values: tuple[Value, ...]


class Encoder(Protocol):
    """Turns calls into the bytes of an input, without integrity fields."""

    def __call__(self, steps: Sequence[Step]) -> bytes:
        """Encode the calls in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The outer structure around the entries.

    types: struct definitions; macros: names with values; fields: of the program's state.
    helpers: called by entries; entries: one function each, in the entries' order;
    driver: finds and calls them; its last function is `run(state, bytes, size)`.
    """

    types: tuple[tuple[str, ...], ...]
    helpers: tuple[Function, ...]
    entries: tuple[Function, ...]
    driver: tuple[Function, ...]
    encode: Encoder
    fields: tuple[str, ...] = ()


class Kind(Protocol):
    """A kind of program.

    title: what it is, for the README. prefix: of function names. suffix: of its files.
    textual: its integrity fields are a line of text.
    """

    @property
    def title(self) -> str: ...  # noqa: D102 - see the class
    @property
    def prefix(self) -> str: ...  # noqa: D102 - see the class
    @property
    def suffix(self) -> str: ...  # noqa: D102 - see the class
    @property
    def textual(self) -> bool: ...  # noqa: D102 - see the class
    @property
    def nouns(self) -> tuple[str, ...]: ...  # noqa: D102 - see the class

    def build(self, author: Author, entries: Sequence[Entry]) -> Frame:
        """Draw codes for the entries and write the structure around them."""
        ...


def little(value: int, width: int) -> bytes:
    """Encode an integer, negative ones in two's complement."""
    return (value % (1 << 8 * width)).to_bytes(width, "little")


def big(value: int, width: int) -> bytes:
    """Encode an integer, negative ones in two's complement."""
    return (value % (1 << 8 * width)).to_bytes(width, "big")
