"""How a program is written: naming, braces, guards, types, files. Drawn once per instance."""

from dataclasses import dataclass

from seatrial.core.seeding import SeedStream

TYPE_SPELLINGS: dict[str, dict[str, str]] = {
    "stdint": {},
    "short": {
        "uint8_t": "u8",
        "uint16_t": "u16",
        "uint32_t": "u32",
        "int16_t": "s16",
        "int32_t": "s32",
    },
    "windows": {
        "uint8_t": "BYTE",
        "uint16_t": "WORD",
        "uint32_t": "DWORD",
        "int16_t": "SHORT",
        "int32_t": "LONG",
    },
    "byte": {"uint8_t": "byte", "uint16_t": "ushort_t", "uint32_t": "word"},
}
"""Programs are written with the fixed-width names; a style may rename them by typedef."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One author's habits.

    naming: snake, camel, pascal or terse.
    braces: attached, function (own line for functions only) or own_line.
    indent: one step.
    guards: how an early exit is laid out: braced, two_lines, one_line or macro.
    returns: how failure is told: int, enum, bool or message.
    context: the program's state is passed as a pointer or is one global.
    types: a key of TYPE_SPELLINGS.
    comments: 0 none, 1 on functions, 2 on some statements too.
    several_files: split by subject instead of one file.
    limits: capacities are macros, enum constants or literals.
    mixing: which expression folds values into the running digest, 0..3.
    counting: loops count with `for` or `while`.
    dispatch: how an operation is found: 0..2, read by each kind.
    prototypes: forward declarations at the head of a file.
    """

    naming: str
    braces: str
    indent: str
    guards: str
    returns: str
    context: str
    types: str
    comments: int
    several_files: bool
    limits: str
    mixing: int
    counting: str
    dispatch: int
    prototypes: bool


def draw_style(stream: SeedStream) -> Style:
    """Draw an author's habits."""
    return Style(
        naming=stream.choice(("snake", "snake", "camel", "pascal", "terse")),
        braces=stream.choice(("attached", "function", "own_line")),
        indent=stream.choice(("    ", "    ", "  ", "\t", "        ")),
        guards=stream.choice(("braced", "two_lines", "one_line", "macro")),
        returns=stream.choice(("int", "enum", "bool", "message")),
        context=stream.choice(("pointer", "pointer", "global")),
        types=stream.choice(("stdint", "stdint", "short", "windows", "byte")),
        comments=stream.choice((0, 1, 1, 2)),
        several_files=stream.chance(1, 2),
        limits=stream.choice(("macro", "macro", "enum", "literal")),
        mixing=stream.below(4),
        counting=stream.choice(("for", "for", "while")),
        dispatch=stream.below(3),
        prototypes=stream.chance(1, 3),
    )
