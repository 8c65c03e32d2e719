"""A mutational fuzzer, bounded by a count of executions, never by the clock.

Usage: -m fuzzer build TASK WORK
       -m fuzzer run TASK WORK SEED FIRST COUNT OUTPUT

`build` compiles the program with AddressSanitizer, edge coverage and recorded comparisons, or
takes the binary as it is. `run` does executions FIRST .. FIRST + COUNT - 1 and stops at the first
crash, whose input it writes to OUTPUT. The corpus lies in WORK, so that one long run can be done
in slices.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Final

from .comparison import all_answered
from .dice import Dice
from .length_field import find_length_field
from .mutation import Mutator, Parent
from .target import ASAN_EXIT, Server, build, samples
from .words import Words

CRASH_SIGNALS: Final = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}
MAX_HANGS = 12  # each costs a second of processor time


def say(text: str) -> None:
    """Tell the agent."""
    print(text)  # noqa: T201 - the agent reads it


def crashed(status: int) -> bool:
    """Tell a memory error from an ordinary end."""
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) in CRASH_SIGNALS
    return os.WEXITSTATUS(status) == ASAN_EXIT


class Fuzzing:
    """A run in progress. Its corpus lies in a folder; what else it knows follows from that.

    parents: the corpus. pending: inputs to try that answer comparisons, the last first.
    """

    def __init__(self, task: Path, work: Path, seed: int) -> None:
        self._seed = seed
        self._folder = work / "corpus"
        self._pending_file = work / "pending.json"
        self._server = Server(work)
        self._endings: set[int] = set()
        self._known: set[tuple[int, int]] = set()
        self._pending: list[str] = []
        self._parents: list[Parent] = []
        words, given = Words(task, self._server.program), samples(task)
        self._mutator = Mutator(words, find_length_field(given[0]) if given else None)
        if not self._folder.exists():
            self._folder.mkdir()
            for data in (*given, b"", *map(self._mutator.twice, given)):
                self._keep(data, self._server.run(data)[0])
            return
        for path in sorted(self._folder.iterdir()):
            data = path.read_bytes()
            self._endings.add(self._server.run(data)[0])
            self._remember(data)
        self._pending = json.loads(self._pending_file.read_text())

    def execute(self, number: int) -> tuple[bytes, int]:
        """Do execution `number`. Returns: its input and its wait status."""
        dice = Dice(self._seed * 1_000_003 + number)
        if self._pending and number % 3 == 0:
            data = self._mutator.mend(bytes.fromhex(self._pending.pop()))
        else:
            data = self._mutator.child(self._parents, dice)
        status, new = self._server.run(data)
        ended = os.WIFEXITED(status) and not crashed(status)
        if ended and (new or status not in self._endings):
            self._keep(data, status)
        return data, status

    def _keep(self, data: bytes, status: int) -> None:
        self._endings.add(status)
        (self._folder / f"{len(self._parents):06d}").write_bytes(data)
        self._pending += reversed([answer.hex() for answer in self._remember(data)])

    def _remember(self, data: bytes) -> list[bytes]:
        dice = Dice(self._seed + len(self._parents))
        parent = Parent(data, self._server.compared())
        self._parents.append(parent)
        return all_answered(data, parent.compared, self._known, dice)

    def stop(self) -> None:
        """Write down what the next slice needs."""
        self._pending_file.write_text(json.dumps(self._pending))
        self._server.stop()


def run(task: Path, work: Path, *, seed: int, first: int, count: int, output: Path) -> None:
    """Do one slice of the run; print how far it came and whether it found a crash."""
    fuzzing, hangs = Fuzzing(task, work, seed), 0
    for number in range(first, first + count):
        data, status = fuzzing.execute(number)
        if crashed(status):
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_bytes(data)
            say(f"executions {number + 1} crash found")
            break
        hangs += os.WIFSIGNALED(status)
        if hangs > MAX_HANGS:
            say(f"executions {number + 1} too many hangs")
            break
    else:
        say(f"executions {first + count} no crash")
    fuzzing.stop()


def main(verb: str, task: str, work: str, *rest: str) -> None:
    """Read the command line."""
    task_folder, work_folder = Path(task).resolve(), Path(work).resolve()
    if verb == "build":
        say(build(task_folder, work_folder))
    else:
        seed, first, count, output = rest
        run(
            task_folder,
            work_folder,
            seed=int(seed),
            first=int(first),
            count=int(count),
            output=Path(output).resolve(),
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
