"""Run a scripted solution the way an agent would, and collect what it leaves."""

import shlex

from seatrial.core.ports import Sandbox, Testbed
from seatrial.core.problem import ProblemError
from seatrial.core.verdict import Verdict
from seatrial.tasks.family import (
    Family,
    Instance,
    Run,
    SampleSecrets,
    Solution,
    Stage,
    Submission,
    Write,
)


class StageError(ProblemError):
    """The task's own setup failed in its sandbox: quarantine the instance."""


async def furnish(sandbox: Sandbox, stage: Stage) -> None:
    """Put a stage's files into a fresh sandbox and run its setups.

    Raises: StageError naming the setup that failed.
    """
    for file in stage.files:
        await sandbox.write_file(file.path, file.contents, mode=file.mode, user="root")
        if file.owner != "root":
            await _must(sandbox, ("chown", file.owner, file.path), 10.0)
            # chown clears setuid and setgid bits
            await _must(sandbox, ("chmod", f"{file.mode:o}", file.path), 10.0)
    for setup in stage.setups:
        await _must(sandbox, setup.argv, setup.timeout)


async def collect(sandbox: Sandbox, instance: Instance, answer: str | None) -> Submission:
    """Fetch what the agent left. A missing or unreadable file is no submission."""
    if instance.submission_path is None:
        return Submission(answer=answer)
    try:
        return Submission(file=await sandbox.read_file(instance.submission_path, user="root"))
    except OSError:
        return Submission()


async def rehearse(
    family: Family,
    instance: Instance,
    solution: Solution,
    secrets: SampleSecrets,
    testbed: Testbed,
) -> Verdict:
    """Stage a sandbox, take the solution's steps as the agent's user, grade what is left.

    A solution without steps to a task answered in text needs no sandbox.
    """
    if not solution.steps and instance.submission_path is None:
        return await family.grade(instance, secrets, Submission(answer=solution.answer), testbed)
    stage = family.stage(instance, secrets)
    async with testbed.open(stage.sandbox, label=f"rehearsal-{solution.name}") as sandbox:
        await furnish(sandbox, stage)
        answer = solution.answer
        for step in solution.steps:
            match step:
                case Write(path=path, contents=contents, mode=mode):
                    await sandbox.write_file(path, contents, mode=mode)
                case Run(script=script, timeout=timeout):
                    outcome = await sandbox.exec(("/bin/sh", "-c", script), timeout=timeout)
                    if solution.answer is None:
                        answer = outcome.stdout.decode(errors="replace").strip()
        submission = await collect(sandbox, instance, answer)
    return await family.grade(instance, secrets, submission, testbed)


async def _must(sandbox: Sandbox, argv: tuple[str, ...], timeout: float) -> None:  # noqa: ASYNC109 - passed to the sandbox, which kills the tree
    outcome = await sandbox.exec(argv, user="root", timeout=timeout)
    if outcome.timed_out or outcome.returncode != 0:
        said = outcome.stderr.decode(errors="replace")[-500:]
        raise StageError(
            f"setup `{shlex.join(argv)}` exited {outcome.returncode}: {said!r}.",
            "Quarantine the instance and mend its generator.",
        )
