"""Changes of an input: random ones, by dictionary, by size fields, by records, by comparisons."""

import re
from dataclasses import dataclass
from typing import Final

from .comparison import HEX_WIDTHS, Comparisons, answered
from .dice import Dice
from .length_field import ORDERS, LengthField
from .words import Words

MAX_INPUT: Final = 1 << 13  # bytes; larger inputs only cost time
EDGE_BYTES: Final = (0, 1, 0x10, 0x20, 0x40, 0x64, 0x7F, 0x80, 0xFE, 0xFF)
DECIMAL: Final = re.compile(rb"-?\d+")
HEX: Final = re.compile(rb"[0-9a-f]{4,}")


@dataclass(frozen=True)
class Parent:
    """An input kept. compared: constants, each with the values that were not equal to it."""

    data: bytes
    compared: Comparisons


@dataclass(frozen=True)
class Mutator:
    """words: the dictionary. length: the size field of all inputs, if one was found."""

    words: Words
    length: LengthField | None

    def child(self, parents: list[Parent], dice: Dice) -> bytes:
        """Choose a parent, every second time one of the last, and change it one to four times."""
        recent = len(parents) - 1 - dice.below(min(len(parents), 8))
        parent = parents[recent if dice.below(2) else dice.below(len(parents))]
        data = bytearray(parent.data)
        for _ in range(1 << dice.below(3)):
            self._change(data, parent, parents, dice)
        del data[MAX_INPUT:]
        return self.mend(bytes(data)) if dice.below(8) else bytes(data)

    def mend(self, data: bytes) -> bytes:
        """Make the size field true."""
        return self.length.mend(data) if self.length else data

    def twice(self, data: bytes) -> bytes:
        """Say everything behind the size field once more: what was set late now comes before."""
        return self.mend(data + data[self.length.head if self.length else 0 :])

    def _change(self, data: bytearray, parent: Parent, parents: list[Parent], dice: Dice) -> None:
        if not data:
            data += bytes(dice.below(256) for _ in range(1 + dice.below(16)))
            return
        kind = dice.below(32)
        if kind < 9:  # noqa: PLR2004 - shares of 32, here and below
            _change_bytes(data, dice)
        elif kind < 12:  # noqa: PLR2004 - a share
            self._put_token(data, dice)
        elif kind < 15:  # noqa: PLR2004 - a share
            self._put_number(data, dice)
        elif kind < 20:  # noqa: PLR2004 - a share
            self._resize_counted(data, dice)
        elif kind < 24:  # noqa: PLR2004 - a share
            self._move_records(data, dice.choice(parents).data, dice)
        elif parent.compared:
            constant, values = dice.choice(parent.compared)
            answers = list(answered(bytes(data), dice.choice(values), constant, dice))
            if answers:
                data[:] = dice.choice(answers)

    def _put_token(self, data: bytearray, dice: Dice) -> None:
        """Insert a word of the dictionary, or write it over what is there."""
        if self.words.tokens:
            token, at = dice.choice(self.words.tokens), dice.below(len(data))
            data[at : at + len(token) * dice.below(2)] = token

    def _put_number(self, data: bytearray, dice: Dice) -> None:
        """Write a constant: as bytes at any place, or for a number that stands there as text."""
        number = dice.choice(self.words.numbers)
        form = dice.below(3)
        texts = list((DECIMAL if form else HEX).finditer(bytes(data)))
        if form == 2 or not texts:  # noqa: PLR2004 - the third of three
            width, at = dice.choice((2, 4)), dice.below(len(data))
            value = number & ((1 << 8 * width) - 1)
            data[at : at + width] = value.to_bytes(width, dice.choice(ORDERS))
            return
        text = dice.choice(texts)
        if form:
            new = str(-1 if dice.below(len(self.words.numbers)) == 0 else number).encode()
            data[text.start() : text.end()] = new
        else:
            width = dice.choice(HEX_WIDTHS)
            at = text.start() + dice.below(len(text[0]))
            data[at : at + width] = f"{number:0{width}x}"[-width:].encode()

    def _resize_counted(self, data: bytearray, dice: Dice) -> None:
        """Give a block that follows its own size a new size, and say so in the size field.

        Whatever is followed by at least as many bytes as it says is taken for a size field.
        """
        start = dice.below(len(data))
        width, order = dice.choice((1, 1, 2, 4)), dice.choice(ORDERS)
        size = dice.choice(self.words.sizes)
        for at in (*range(start, len(data)), *range(start)):
            old, body = int.from_bytes(data[at : at + width], order), at + width
            if 0 < old <= len(data) - body and size < 1 << 8 * width:
                block = bytes(data[body : body + old])
                data[at : body + old] = (
                    size.to_bytes(width, order) + (block * (size // old + 1))[:size]
                )
                return

    def _move_records(self, data: bytearray, other: bytes, dice: Dice) -> None:
        """Repeat, drop, move or borrow what lies between two words of the dictionary."""
        head = self.length.head if self.length else 0
        kind = dice.below(6)
        if kind == 0:
            data += other[head:]
            return
        cuts = self._cuts(bytes(data), head)
        first = dice.below(len(cuts) - 1)
        last = first + 1 + (dice.below(len(cuts) - 1 - first) if dice.below(2) else 0)
        record = bytes(data[cuts[first] : cuts[last]])
        if kind == 1:
            del data[cuts[first] : cuts[last]]
        elif kind == 2:  # noqa: PLR2004 - see above
            theirs = self._cuts(other, head)
            start = dice.below(len(theirs) - 1)
            to = dice.choice(cuts)
            data[to:to] = other[theirs[start] : theirs[start + 1]]
        else:
            to = cuts[first] if dice.below(2) else dice.choice(cuts)
            data[to:to] = record * (1 << dice.below(4))

    def _cuts(self, data: bytes, head: int) -> list[int]:
        """Find where records may begin: at words of the dictionary and after ends of lines."""
        cuts = {min(head, len(data)), len(data) + (not data)}
        cuts.update(at + 1 for at, byte in enumerate(data) if byte == ord("\n"))
        for text in self.words.texts:
            cuts.update(match.start() for match in re.finditer(re.escape(text), data))
        return sorted(cuts) if len(cuts) > 1 else [0, len(data)]


def _change_bytes(data: bytearray, dice: Dice) -> None:
    size, at = len(data), dice.below(len(data))
    match dice.below(9):
        case 0:
            data[at] ^= 1 << dice.below(8)
        case 1:
            data[at] = dice.choice(EDGE_BYTES)
        case 2:
            data[at] = dice.below(256)
        case 3 | 4:
            data[at] = (data[at] + dice.below(71) - 35) & 255
        case 5:
            width, order = dice.choice((2, 4)), dice.choice(ORDERS)
            value = int.from_bytes(data[at : at + width], order) + dice.below(71) - 35
            data[at : at + width] = (value & ((1 << 8 * width) - 1)).to_bytes(width, order)
        case 6:
            del data[at : at + 1 + dice.below(min(size, 32))]
        case 7:
            block = data[at : at + 1 + dice.below(64)]
            to = dice.below(size + 1)
            data[to:to] = block * (1 << dice.below(4))
        case _:
            data[at:at] = bytes((dice.below(256),)) * (1 << dice.below(8))
