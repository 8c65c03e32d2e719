"""A person in an agent's place: the same sandbox, journal, clock and grader."""

import asyncio
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass

from seatrial.adapters.named_testbed import NamedTestbed
from seatrial.core.verdict import Outcome, Verdict
from seatrial.tasks.family import Family, Instance, SampleSecrets
from seatrial.tasks.rehearsal import collect, furnish
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.shell import shell_command

LABEL = "human"
"""Name of the person's sandbox, and of its journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the person ended. answer: for tasks answered in text. gave_up: the sanctioned way."""

    answer: str | None = None
    gave_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanResult:
    """What came of it. seconds: from the first prompt to the ending, by the wall clock."""

    verdict: Verdict
    seconds: float


async def sit(
    family: Family,
    instance: Instance,
    secrets: SampleSecrets,
    testbed: OciTestbed,
    *,
    ask: Callable[[], Ending | None],
) -> HumanResult:
    """Open the sandbox, hand it to the person, grade what is left.

    ask: called each time the person leaves the shell; None takes them back inside.
    Raises: StageError, SandboxGoneError, UnavailableError: nothing was found out.
    """
    stage = family.stage(instance, secrets)
    async with testbed.open(stage.sandbox, label=LABEL) as sandbox:
        await furnish(sandbox, stage)
        command = shlex.split(
            shell_command(sandbox.live.folder, stage.sandbox.user, stage.sandbox.workdir)
        )
        started = time.monotonic()
        ending: Ending | None = None
        while ending is None:
            shell = await asyncio.create_subprocess_exec(*command)
            await shell.wait()
            ending = ask()
        seconds = time.monotonic() - started
        if ending.gave_up:
            verdict = Verdict(outcome=Outcome.GAVE_UP, reason="reported_impossible")
            return HumanResult(verdict=verdict, seconds=seconds)
        submission = await collect(sandbox, instance, ending.answer)
    grading = NamedTestbed(testbed, f"{LABEL}.grading")
    verdict = await family.grade(instance, secrets, submission, grading)
    return HumanResult(verdict=verdict, seconds=seconds)
