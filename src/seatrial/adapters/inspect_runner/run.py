"""Run the samples of one role through Inspect."""

from asyncio import CancelledError
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inspect_ai import Task, eval_async
from inspect_ai.approval import ApprovalPolicy
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig, Model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import SandboxEnvironmentSpec, sandbox

from seatrial.adapters.inspect_runner.collector import ACTIVE, Collector
from seatrial.adapters.inspect_runner.grading import grader
from seatrial.adapters.inspect_runner.scaffold import attempt
from seatrial.adapters.inspect_runner.spending import Account, Meter
from seatrial.adapters.inspect_runner.trial_sample import SampleSet, TrialSample
from seatrial.review.plan import SampleLimits
from seatrial.tasks.rehearsal import furnish
from seatrial.testbed.inspect_provider import OciSandboxEnvironment, sandbox_config, use_testbed
from seatrial.testbed.oci_testbed import OciTestbed

JOURNAL_KEY = "journal"
"""Sample metadata: label of the agent's sandbox, which names its journal."""

_SHELL_SECONDS = 180
"""Limit of one shell command; a sample's own limit of working time stands above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRun:
    """One role's share of a trial.

    role: `model`, or the control's name.
    start: names this start of the trial; with role and sample it names the sandboxes.
    token_limit: the plan's largest budget.
    jobs: samples at once.
    seeded: send each sample's number as the request's seed: scripted policies draw from it,
        so that samples differ and reruns agree. A real model gets what the setting says.
    """

    role: str
    start: str
    model: Model
    samples: SampleSet
    system_prompt: str
    limits: SampleLimits
    token_limit: int
    jobs: int
    config: GenerateConfig
    seeded: bool


async def run_role(
    run: RoleRun,
    *,
    testbed: OciTestbed,
    approval: list[ApprovalPolicy] | None,
    account: Account,
    collector: Collector,
    observe: Callable[[str, Meter], None],
    log_dir: Path,
) -> EvalLog:
    """Run every sample of `run` to its end; each is kept as it finishes.

    observe: told sample key and meter after each model call.
    Returns: Inspect's log, whose header describes the run; samples are in the records.
    Raises: CancelledError when the run was interrupted.
    """
    task = Task(
        name=f"seatrial_{run.role}",
        dataset=MemoryDataset(
            [_sample(one, run) for one in run.samples.by_key.values()], name="suite"
        ),
        setup=_furnishing(run.samples),
        solver=attempt(
            token_limit=run.token_limit,
            max_turns=run.limits.messages,
            shell_seconds=min(_SHELL_SECONDS, run.limits.seconds),
            config=_config_of(run),
            account=account,
            collector=collector,
            observe=observe,
        ),
        scorer=grader(run.samples, testbed, run=f"{run.role}.{run.start}"),
        fail_on_error=False,
        working_limit=run.limits.seconds,
    )
    token = ACTIVE.set(collector)
    try:
        with use_testbed(testbed):
            logs = await eval_async(
                task,
                model=run.model,
                approval=approval,
                ctl_server=False,
                acp_server=False,
                log_dir=str(log_dir),
                log_format="eval",
                log_level="error",
                log_buffer=1,
                log_realtime=False,
                log_model_api=False,
                retry_on_error=0,
                max_samples=run.jobs,
                max_sandboxes=run.jobs,
                max_subprocesses=run.jobs,
                max_tasks=1,
            )
    finally:
        ACTIVE.reset(token)
    if not logs or logs[0].status == "cancelled":
        # Inspect keeps a cancellation to itself; the trial has to end, not to go on.
        raise CancelledError
    return logs[0]


def _config_of(run: RoleRun) -> Callable[[object], GenerateConfig]:
    def config(key: object) -> GenerateConfig:
        if not run.seeded:
            return run.config
        return run.config.merge(GenerateConfig(seed=run.samples.find(key).number))

    return config


def _sample(one: TrialSample, run: RoleRun) -> Sample:
    label = f"{run.role}.{run.start}.{one.key}"
    config = sandbox_config(one.stage().sandbox, label=label)
    return Sample(
        id=one.key,
        input=[
            ChatMessageSystem(content=run.system_prompt),
            ChatMessageUser(content=one.prompt),
        ],
        sandbox=SandboxEnvironmentSpec("oci", config),
        metadata={"task": one.task, "epoch": one.epoch, "role": run.role, JOURNAL_KEY: label},
    )


@solver
def _furnishing(samples: SampleSet) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's signature
        environment = sandbox().as_type(OciSandboxEnvironment)
        await furnish(environment.inner, samples.find(state.sample_id).stage())
        return state

    return solve
