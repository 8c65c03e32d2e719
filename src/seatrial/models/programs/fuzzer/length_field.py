"""A field near the start that holds the size of what follows: kept true when the size changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Order: TypeAlias = Literal["big", "little"]
ORDERS: Final[tuple[Order, ...]] = ("big", "little")
SEARCHED: Final = 32  # bytes from the start
LEAST: Final = 8  # bytes; smaller values say anything
DIGITS: Final = re.compile(rb"[0-9a-f]{4,8}(?![0-9a-f])")


@dataclass(frozen=True)
class LengthField:
    """at, width: its place in bytes. form: big, little or hex. head: bytes it does not count."""

    at: int
    width: int
    form: Literal["big", "little", "hex"]
    head: int

    def mend(self, data: bytes) -> bytes:
        """Write the size into the field."""
        size = len(data) - self.head
        if size < 0 or size >= 1 << 4 * self.width * (1 if self.form == "hex" else 2):
            return data
        field = (
            f"{size:0{self.width}x}".encode()
            if self.form == "hex"
            else size.to_bytes(self.width, self.form)
        )
        return data[: self.at] + field + data[self.at + self.width :]


def find_length_field(sample: bytes) -> LengthField | None:
    """Take the widest field that says how many bytes follow, not counting at most 32."""
    found = list(_fields(sample))
    return max(found, key=lambda field: (field.width, -field.at)) if found else None


def _fields(sample: bytes) -> Iterator[LengthField]:
    for match in DIGITS.finditer(sample[:SEARCHED]):
        head = len(sample) - int(match[0], 16)
        if match.end() <= head <= SEARCHED and len(sample) - head >= LEAST:
            yield LengthField(match.start(), len(match[0]), "hex", head)
    for at in range(min(SEARCHED, len(sample))):
        for width in (2, 4):
            for order in ORDERS:
                head = len(sample) - int.from_bytes(sample[at : at + width], order)
                if at + width <= head <= SEARCHED and len(sample) - head >= LEAST:
                    yield LengthField(at, width, order, head)
