"""Hand the `.eval` logs of a bundle to a bounded process, and take values back."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import IO, cast

from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.core.json_text import parse_json
from seatrial.core.record import from_json
from seatrial.formats.logged import Logged, LoggedRole, LoggedSample, LogTrouble

READER = "seatrial.adapters.inspect_runner.logged"
"""Module that the process runs."""

BEGUN = "begun"
"""Kind of the line before what a log says; its value is the log's name."""

ENDED = "ended"
"""Kind of the last line: nothing cut the process short."""

ONE_SAMPLE = "--sample="
"""Option of the process, first: to read that sample alone, within ONE_SECONDS."""

ONE_SECONDS = 30
"""Processor time for one sample: whoever waits for it waits at a page."""

MOST_LINE_BYTES = 512 * 1024 * 1024
"""Of one sample as the process prints it; transcripts seen so far are below 10 MiB."""

MOST_LOGS = 200
"""One a role: a trial has about ten. All are open at once."""

_KINDS: Mapping[str, type[Logged]] = {
    kind.__name__: kind for kind in (LoggedRole, LoggedSample, LogTrouble)
}


def log_reader(folder: BundleFolder) -> Callable[[Sequence[str]], Iterator[Logged]]:
    """Give what reads a bundle's logs, by their names in it.

    It yields what they say, in order. A log that cannot be read gives a LogTrouble; one that
    ends the process does so too, and what comes after it is left unread.
    """

    def read(names: Sequence[str]) -> Iterator[Logged]:
        with ExitStack() as stack:
            held: dict[str, int] = {}
            for name in names[:MOST_LOGS]:
                try:
                    held[name] = stack.enter_context(folder.opened(name))
                except OSError as error:
                    yield LogTrouble(path=name, what=f"It cannot be read: {error.strerror}.")
            if held:
                yield from _read(held)
        if names[MOST_LOGS:]:
            yield LogTrouble(path=names[MOST_LOGS], what=f"A trial has at most {MOST_LOGS} logs.")

    return read


def read_logged_sample(name: str, descriptor: int, key: str) -> LoggedSample | LogTrouble:
    """Read one sample of a log. name: of the log; key: the sample's, in it."""
    for one in _read({name: descriptor}, f"{ONE_SAMPLE}{key}"):
        if not isinstance(one, LoggedRole):
            return one
    return LogTrouble(path=name, what="It has no such sample.")


def _read(held: Mapping[str, int], *options: str) -> Iterator[Logged]:
    arguments = [
        *options,
        *(part for name, fd in held.items() for part in (name, f"/dev/fd/{fd}")),
    ]
    with subprocess.Popen(  # noqa: S603 - this very interpreter and a module of ours
        [sys.executable, "-I", "-m", READER, *arguments],
        # Inspect reads settings from a `.env` of the working folder and from the environment.
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=tuple(held.values()),
    ) as process:
        at = next(iter(held))
        ended = False
        try:
            for line in _lines(cast("IO[bytes]", process.stdout)):
                table = cast("Mapping[str, object]", parse_json(line, place=READER))
                if table["kind"] in (BEGUN, ENDED):
                    at, ended = str(table["value"]), table["kind"] == ENDED
                    continue
                kind = _KINDS[str(table["kind"])]
                yield from_json(kind, table["value"], place=at)
        finally:
            process.kill()
    if not ended:
        yield LogTrouble(path=at, what="Reading it takes more memory or time than a log may.")


def _lines(out: IO[bytes]) -> Iterator[bytes]:
    """Give whole lines; a longer or a torn one ends it."""
    while line := out.readline(MOST_LINE_BYTES):
        if not line.endswith(b"\n"):
            return
        yield line
