"""The dictionary: what the source, or the binary, says that may mean something to the parser."""

import re
import struct
from pathlib import Path
from typing import Final

MAX_BLOCK: Final = 1100  # bytes; a counted block is not resized beyond it
EDGE_WORDS: Final = (
    *(0, 1, 16, 64, 127, 128, 255, 256, 257, 512, 1000, 1024, 4096, 0x7FFF, 0x8000, 0xFFFF),
    *(0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF),
)
COMPARED: Final = re.compile(
    rb"\x66\x3d(?P<short>..)|\x66\x81[\xf8-\xff](?P<short2>..)"
    rb"|\x3d(?P<long>....)|\x81[\xf8-\xff](?P<long2>....)|\x83[\xf8-\xff](?P<byte>.)",
    re.DOTALL,
)
"""x86: comparisons of a register with a constant."""


class Words:
    """tokens: texts and constants as bytes. texts: the texts of two and more letters among them.

    numbers: constants, their neighbours, edge values. sizes: those that may be a block's size.
    """

    def __init__(self, task: Path, program: Path) -> None:
        texts: set[bytes] = set()
        values: set[int] = set()
        for path in sorted([*task.rglob("*.c"), *task.rglob("*.h")]):
            source = path.read_bytes()
            texts.update(re.findall(rb'"([ -~]{1,16})"', source))
            texts.update(re.findall(rb"'([!-~])'", source))
            found = re.findall(rb"\b(0[xX][0-9a-fA-F]{1,8}|[1-9]\d{0,4})", source)
            values.update(int(word, 0) for word in found)
        if not texts:
            binary = program.read_bytes()
            texts.update(re.findall(rb"[A-Za-z0-9_+-]{2,8}(?=\x00)", binary))
            values.update(_compared_with(binary), range(1, 257))
        tokens = set(texts)
        for value in values:
            for size in (1, 2, 4):
                if 0 < value < 1 << 8 * size:
                    tokens.update((value.to_bytes(size, "big"), value.to_bytes(size, "little")))
        near = {value + step for value in values for step in (-1, 0, 1)}
        self.tokens = sorted(tokens)
        self.texts = sorted(text for text in texts if len(text) > 1)
        self.numbers = sorted(number & 0xFFFFFFFF for number in near.union(EDGE_WORDS))
        self.sizes = [number for number in self.numbers if number <= MAX_BLOCK]


def _compared_with(binary: bytes) -> set[int]:
    return {
        struct.unpack({1: "<B", 2: "<H", 4: "<I"}[len(group)], group)[0]
        for match in COMPARED.finditer(binary)
        for group in match.groups()
        if group
    }
