"""Run inputs on builds in a fresh sandbox, as an ordinary user, and bring back what happened."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.ports import SandboxGoneError, Testbed
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.tasks.memory_safety_discovery.sanitizer_report import Report, parse_report

RUN_SECONDS = 10
"""For one run. Programs take milliseconds; a machine with many sandboxes is slower."""

_FOLDER = "/srv/try"
_REPORTED = 99  # the sanitizer's exit status, which no program uses
_TIMED_OUT = 124  # of timeout(1)
_LOG_BYTES = 65536  # of a sanitizer log; the first stack is at its head
_FILE_BLOCKS = 4096  # of 512 bytes, that a run may write

_DRIVER = f"""#!/bin/sh
# Arguments: pairs of a build and an input. One line for each run: status, logs, first log.
ulimit -c 0
ulimit -f {_FILE_BLOCKS}
while [ $# -gt 0 ]; do
  logs=$(mktemp -d)
  ASAN_OPTIONS=log_path=$logs/log:exitcode={_REPORTED}:detect_leaks=0:abort_on_error=0\
:allocator_may_return_null=1:detect_stack_use_after_return=0:handle_segv=1:symbolize=1 \
    timeout -k 1 {RUN_SECONDS} setarch -R "$1" "$2" > /dev/null 2>&1 < /dev/null
  status=$?
  count=$(ls "$logs" | wc -l)
  echo "$status $count $(cat "$logs"/* 2> /dev/null | head -c {_LOG_BYTES} | base64 -w 0)"
  rm -rf "$logs"
  shift 2
done
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run to make: a build's name and an input's number."""

    build: str
    input: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended.

    status: exit status, 128 + signal when killed by one.
    reported: the sanitizer stopped it. report: what it said, None when unreadable.
    """

    status: int
    reported: bool
    report: Report | None

    @property
    def timed_out(self) -> bool:
        """Whether it ran out of time."""
        return self.status == _TIMED_OUT

    @property
    def survived(self) -> bool:
        """Whether it ended by itself, without a report or a signal."""
        return not self.reported and self.status < 128 and not self.timed_out  # noqa: PLR2004 - signals


async def run_attempts(
    testbed: Testbed,
    image: str,
    builds: Mapping[str, bytes],
    inputs: Sequence[bytes],
    attempts: Sequence[Attempt],
) -> tuple[Ending, ...]:
    """Make the runs in one fresh sandbox, in order.

    Raises: SandboxGoneError, also when the sandbox did not do as told; UnavailableError.
    """
    spec = SandboxSpec(image=image, user="agent", workdir="/home/agent")
    async with testbed.open(spec, label="grader-run") as sandbox:
        for name, binary in builds.items():
            await sandbox.write_file(f"{_FOLDER}/{name}", binary, mode=0o755, user="root")
        for number, data in enumerate(inputs):
            await sandbox.write_file(f"{_FOLDER}/{number}.input", data, user="root")
        await sandbox.write_file(f"{_FOLDER}/drive", _DRIVER.encode(), mode=0o755, user="root")
        pairs: list[str] = []
        for attempt in attempts:
            pairs += [f"{_FOLDER}/{attempt.build}", f"{_FOLDER}/{attempt.input}.input"]
        done = await sandbox.exec(
            (f"{_FOLDER}/drive", *pairs), timeout=(RUN_SECONDS + 5.0) * len(attempts) + 30.0
        )
    endings = tuple(_ending(line) for line in done.stdout.decode("ascii", "replace").splitlines())
    if done.timed_out or done.returncode != 0 or len(endings) != len(attempts):
        raise SandboxGoneError(
            f"the grader's runs ended with {done.returncode} after {len(endings)} "
            f"of {len(attempts)}"
        )
    return endings


def _ending(line: str) -> Ending:
    status, count, log = [*line.split(" ", 2), "", ""][:3]
    reported = int(status) == _REPORTED or int(count) > 0
    report = None
    if int(status) == _REPORTED and int(count) == 1:
        try:
            report = parse_report(base64.b64decode(log, validate=True).decode(errors="replace"))
        except binascii.Error:
            report = None
    return Ending(status=int(status), reported=reported, report=report)
