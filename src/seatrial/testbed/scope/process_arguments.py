"""Find the processes a command signals or traces."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.arguments import plain_arguments
from seatrial.testbed.scope.reading import Reading, Word

_TRACERS = frozenset({"gdb", "strace", "ltrace", "gcore", "gdbserver"})
_ATTACH = re.compile(r"(?:-p|--pid=|--attach=|\s*attach\s+)(\d+)\s*$")
_PROCESS_OPTIONS = frozenset({"-p", "--pid", "--attach"})


def read_processes(name: str, arguments: Sequence[Word], reading: Reading, source: str) -> None:
    """Note the processes that `kill` and the debuggers are pointed at."""
    if name == "kill":
        _read_kill(list(arguments), reading, source)
    elif name in _TRACERS:
        for target in _traced(name, arguments):
            reading.add(Verb.TRACE, target, source)


def _traced(name: str, arguments: Sequence[Word]) -> Iterator[str]:
    for word, following in pairwise(arguments):
        if word.text in _PROCESS_OPTIONS:
            yield _number(following)
    for word in arguments:
        if match := _ATTACH.match(word.text):
            yield match[1]
    if name == "gcore":
        yield from map(_number, plain_arguments(arguments, "o"))
    elif name in {"gdb", "gdbserver"}:  # PROGRAM PROCESS
        yield from (w.text for w in plain_arguments(arguments, "px")[1:] if w.text.isdigit())


def _read_kill(rest: list[Word], reading: Reading, source: str) -> None:
    # The first option is the signal (`-9`, `-s KILL`); what follows are processes.
    if rest and rest[0].text in {"-s", "-n"}:
        rest = rest[2:]
    elif rest and rest[0].text.startswith("-") and rest[0].text != "--":
        rest = rest[1:]
    for word in rest:
        if word.text != "--":
            reading.add(Verb.SIGNAL, _number(word), source)


def _number(word: Word) -> str:
    return word.text if word.known else "unknown"
