"""Find the processes a command signals or traces."""

import re
from collections.abc import Sequence
from itertools import pairwise

from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.arguments import plain_arguments
from seatrial.testbed.scope.reading import Reading, Word

_TRACERS = frozenset({"gdb", "strace", "ltrace", "gcore", "gdbserver"})
_PROCESS_OPTIONS = frozenset({"-p", "--pid", "--attach"})


def read_processes(name: str, arguments: Sequence[Word], reading: Reading, source: str) -> None:
    """Note the processes that `kill` and the debuggers are pointed at."""
    if name == "kill":
        _read_kill(list(arguments), reading, source)
    elif name in _TRACERS:
        for word, following in pairwise(arguments):
            if word.text in _PROCESS_OPTIONS:
                reading.add(Verb.TRACE, _number(following), source)
        for word in arguments:
            if match := re.match(r"(?:-p|--pid=|--attach=)(\d+)$", word.text):
                reading.add(Verb.TRACE, match[1], source)
    if name == "gcore":
        for word in plain_arguments(arguments, "o"):
            reading.add(Verb.TRACE, _number(word), source)


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
