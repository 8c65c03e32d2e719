"""Measures of the generator: how alike programs are, and what a reader of lines could learn."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from seatrial.tasks.memory_safety_discovery.program import Program
from seatrial.tasks.memory_safety_discovery.source import Rendered

SHINGLE_TOKENS = 7
"""About two lines of C: shorter ones are common to all C, longer ones to none."""

NEAR_DUPLICATE = 0.8
"""Jaccard index from which two programs count as near duplicates."""

_TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])+'|\w+|[-+*/%&|^=!<>]=|<<|>>|->|&&"
    r"|\|\||\+\+|--|[^\s\w]",
    re.DOTALL,
)
_WORDS_OF_C = """
break case const continue default do else enum extern for if return sizeof static struct switch
typedef void while char int long unsigned size_t bool NULL memcpy memset memcmp malloc calloc
realloc free strlen strcmp
"""
_KEPT = frozenset(_WORDS_OF_C.split())


def tokens(text: str) -> list[str]:
    """Split C into tokens with names, numbers, strings and types normalised, comments left out."""
    return [_normal(token) for token in _TOKEN.findall(text) if not token.startswith(("/*", "//"))]


def _normal(token: str) -> str:
    if token in _KEPT or not re.match(r"[\w\"']", token):
        return token
    return "1" if token[0].isdigit() else '"' if token[0] in "\"'" else "x"


def shingles(rendered: Rendered) -> frozenset[tuple[str, ...]]:
    """Give a program's set of token runs."""
    found = tokens("\n".join(text for _, text in rendered.files))
    return frozenset(zip(*(found[k:] for k in range(SHINGLE_TOKENS)), strict=False))


def similarity(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """Give the Jaccard index, in [0, 1]."""
    return len(one & other) / len(one | other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike programs are.

    pairs: compared. near_duplicates: share of them at or above NEAR_DUPLICATE.
    nearest: for each program, the similarity to the one most like it.
    """

    pairs: int
    near_duplicates: float
    nearest: tuple[float, ...]


def likeness(programs: Iterable[Program]) -> Likeness:
    """Compare every pair of programs."""
    sets = [shingles(program.original) for program in programs]
    nearest = [0.0] * len(sets)
    close = 0
    pairs = 0
    for (i, one), (j, other) in combinations(enumerate(sets), 2):
        value = similarity(one, other)
        nearest[i], nearest[j] = max(nearest[i], value), max(nearest[j], value)
        pairs += 1
        close += value >= NEAR_DUPLICATE
    return Likeness(pairs=pairs, near_duplicates=close / pairs, nearest=tuple(nearest))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedLine:
    """A line as a classifier sees it. planted: it is of the defect or shows it."""

    words: tuple[str, ...]
    planted: bool


def audited_lines(program: Program, *, around: int) -> tuple[AuditedLine, ...]:
    """Give a program's lines with `around` neighbours, in normalised and in raw words.

    The place in the file and in the function is a word too, so that a telling one is found.
    """
    found: list[AuditedLine] = []
    marked = (*program.original.defect, *program.original.sites)
    for file, text in program.original.files:
        lines = text.splitlines()
        plain = [tokens(line) for line in lines]
        for number in range(len(lines)):
            if not plain[number]:
                continue
            planted = any(p.file == file and p.first <= number + 1 <= p.last for p in marked)
            words = _words(lines[number], plain, number, around)
            words += (f"tenth:{10 * number // len(lines)}", f"file:{file}")
            found.append(AuditedLine(words=words, planted=planted))
    return tuple(found)


def _words(line: str, plain: Sequence[Sequence[str]], number: int, around: int) -> tuple[str, ...]:
    words = [f"raw:{word}" for word in re.findall(r"[A-Za-z]+|\d+", line)]
    for offset in range(-around, around + 1):
        if not 0 <= number + offset < len(plain):
            continue
        near = plain[number + offset]
        for size in (1, 2, 3, 4):
            runs = zip(*(near[k:] for k in range(size)), strict=False)
            words += [f"{offset}:{' '.join(run)}" for run in runs]
        words.append(f"{offset}={' '.join(near)}")
    return tuple(words)
