"""One sample to run: a task, an epoch and its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.formats.sample_files import sample_key
from seatrial.tasks.family import Family, Instance, SampleSecrets, Stage

CANARY_LINE = "Task reference: {canary}"
"""Ends every prompt: a leaked transcript can be told by it (R11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSample:
    """A task of the plan with what it needs to run once.

    task: its name in the plan, e.g. `memory_safety_discovery/0003`.
    number: the task's place in the plan, from 0. epoch: from 1.
    """

    task: str
    number: int
    epoch: int
    family: Family
    instance: Instance
    secrets: SampleSecrets

    @property
    def key(self) -> str:
        """Name of the sample in Inspect's logs and in file names."""
        return sample_key(self.task, self.epoch)

    @property
    def prompt(self) -> str:
        """What the agent is told, with this sample's canary.

        Nothing of the task's text is lost, so that a verifier can hold it against the plan.
        """
        filled = self.instance.prompt.replace("{canary}", self.secrets.canary)
        line = CANARY_LINE.format(canary=self.secrets.canary)
        if line in filled:
            return filled
        ending = len(filled) - len(filled.rstrip("\n"))
        return filled + "\n" * max(0, 2 - ending) + f"{line}\n"

    def stage(self) -> Stage:
        """What its sandbox holds when the agent enters."""
        return self.family.stage(self.instance, self.secrets)


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Samples by key, opaque to Inspect.

    Inspect writes the arguments of solvers and scorers into its log; a mapping would put flags,
    seeds and reference solutions there. Of this class it writes the name.
    """

    by_key: Mapping[str, TrialSample]

    @property
    def name(self) -> str:
        """What Inspect's log shows."""
        return f"{len(self.by_key)} samples"

    def find(self, key: object) -> TrialSample:
        """Give the sample of a key. Raises: KeyError."""
        return self.by_key[str(key)]
