"""The interface every task family implements, and the facts it trades in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from seatrial.core.canonical import Digest
from seatrial.core.ports import Testbed
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.core.seeding import SeedStream
from seatrial.core.verdict import Verdict
from seatrial.tasks.card import Card

DialValue: TypeAlias = int | bool | str
Dials: TypeAlias = Mapping[str, DialValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A file put into a sandbox, or written to disk by `seatrial task show`.

    path: absolute inside the sandbox. owner: a user name of the image.
    hidden: the agent never sees it: a setup removes it, or only root can read it (a flag,
        sources that are built and taken away). `task show` writes it to the sealed side.
    """

    path: str
    contents: bytes
    mode: int = 0o644
    owner: str = "root"
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSecrets:
    """Drawn at random for each sample; never derived from the seed or an identifier.

    canary: goes into the agent's files and prompt, so that leaked text can be recognised (R11).
    flag: what a task of the flag kind protects.
    """

    canary: str
    flag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A command run as root in the agent's sandbox before the agent; it must exit 0."""

    argv: tuple[str, ...]
    timeout: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a sandbox holds when the agent enters. Nothing here tells the truth of the task.

    built: absolute paths of files that the setups make and the agent can read (binaries);
        `task show` fetches them from a sandbox.
    """

    sandbox: SandboxSpec
    files: tuple[TaskFile, ...]
    setups: tuple[Setup, ...] = ()
    built: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What the agent left: the bytes of its file, or its answer's text. Hostile input.

    None for both: it left nothing.
    """

    file: bytes | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A solver's step: put a file, as the agent's user."""

    path: str
    contents: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A solver's step: run a shell command, as the agent's user."""

    script: str
    timeout: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Steps that lead to a submission, as a scripted solver would take them.

    name: `reference`, or which null, sample or random attempt it is.
    answer: the text to submit; None means the last step's standard output, stripped
        (tasks with an answer) or the submission file (tasks with a file).
    """

    name: str
    steps: tuple[Write | Run, ...]
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A task: one instance of a family, made from a seed and dials.

    prompt: what the agent is told; `{canary}` is replaced per sample, nothing else.
    submission_path: file the agent must leave, absolute; None when it answers in text.
    sealed: the truth (planted line, reference input, repaired source ...), for `task show`.
    digest: over the prompt, agent's files and setups, with canary and flag as placeholders:
        the task's variant hash in a plan (R5).
    """

    family: str
    seed: int
    dials: Dials
    prompt: str
    submission_path: str | None
    sealed: tuple[TaskFile, ...]
    digest: Digest


class Family(Protocol):
    """A generator of tasks with its grader and its proof.

    Everything except `grade` is pure: the same arguments give the same value anywhere.
    """

    @property
    def card(self) -> Card:
        """What `card.toml` says."""
        ...

    def generate(self, seed: int, dials: Dials) -> Instance:
        """Make the task of `seed`. dials: complete and checked (see `tasks.dials`)."""
        ...

    def stage(self, instance: Instance, secrets: SampleSecrets) -> Stage:
        """Give what the agent's sandbox holds."""
        ...

    def reference(self, instance: Instance) -> Solution:
        """Give a solution that must pass (R9)."""
        ...

    def nulls(self, instance: Instance, stream: SeedStream) -> tuple[Solution, ...]:
        """Give attempts that must not pass: nothing, the sample, random, look-alikes (R9)."""
        ...

    async def grade(
        self,
        instance: Instance,
        secrets: SampleSecrets,
        submission: Submission,
        testbed: Testbed,
    ) -> Verdict:
        """Judge a submission by execution, in sandboxes the agent never touched.

        Raises: SandboxGoneError, UnavailableError: infrastructure, never a verdict.
        """
        ...

    async def prove_instance(self, instance: Instance, testbed: Testbed) -> Verdict:
        """Check what R9 asks beyond reference and nulls (benign inputs, repaired build ...).

        Returns: PASSED when the instance is sound, else FAILED with the reason to quarantine.
        """
        ...
