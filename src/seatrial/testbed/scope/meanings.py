"""What the variables of a text may hold where a piece of it runs.

A branch that may not run, a subshell, a function or a loop leaves more than one possible value:
each is read, and the worst counts.
"""

import itertools
import math
import re
from collections.abc import Iterator, Mapping

from seatrial.testbed.scope.reading import Reading

MAX_VALUES = 8
"""Values of one variable that are kept; with more it counts as unknown."""

MAX_MEANINGS = 16
"""Meanings of one piece of text that are read; with more its variables count as unknown."""

MAX_VARIABLES = 500
"""Variables of a text that are kept; more count as unknown."""


_EXPANDED = re.compile(r"\$\{?([A-Za-z_]\w*)", re.ASCII)
_ALWAYS = ("IFS",)


def assign(reading: Reading, name: str, values: tuple[str, ...] | None, *, sure: bool) -> None:
    """Note that a variable gets one of `values`; None: a value that only the shell will know.

    sure: this runs, and nothing else comes between it and what is read next.
    """
    if values is None:
        if sure:
            reading.variables.pop(name, None)
        return
    known = () if sure else reading.variables.get(name, ())
    every = tuple(dict.fromkeys((*known, *values)))
    if len(every) > MAX_VALUES:
        reading.variables.pop(name, None)
    elif name in reading.variables or len(reading.variables) < MAX_VARIABLES:
        reading.variables[name] = every


def meanings(
    text: str, variables: Mapping[str, tuple[str, ...]], *, also: tuple[str, ...] = ()
) -> Iterator[dict[str, str]]:
    """Give each choice of values for the variables that a text expands, and for those in `also`."""
    names = [
        n for n in dict.fromkeys((*_EXPANDED.findall(text), *_ALWAYS, *also)) if n in variables
    ]
    if math.prod(len(variables[name]) for name in names) > MAX_MEANINGS:
        names = [name for name in names if len(variables[name]) == 1]
    for choice in itertools.product(*(variables[name] for name in names)):
        yield dict(zip(names, choice, strict=True))
