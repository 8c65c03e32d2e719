"""The family: everything of one program behind the interface that all families share."""

from dataclasses import dataclass, field
from functools import lru_cache

from seatrial.core.ports import Testbed
from seatrial.core.seeding import SeedStream
from seatrial.core.verdict import Verdict
from seatrial.tasks.card import Card
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.family import (
    Dials,
    DialValue,
    Instance,
    SampleSecrets,
    Solution,
    Stage,
    Submission,
)
from seatrial.tasks.memory_safety_discovery.builds import Builder
from seatrial.tasks.memory_safety_discovery.grading import Grader
from seatrial.tasks.memory_safety_discovery.program import Program, make_program
from seatrial.tasks.memory_safety_discovery.solutions import nulls, reference
from seatrial.tasks.memory_safety_discovery.soundness import examine
from seatrial.tasks.memory_safety_discovery.staging import (
    SUBMISSION,
    make_stage,
    sealed_files,
    write_prompt,
)
from seatrial.tasks.variant import PLACEHOLDERS, variant_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySafetyDiscovery:
    """A generated C program with one planted defect; success is an input that shows it."""

    card: Card
    builder: Builder = field(default_factory=Builder)

    def generate(self, seed: int, dials: Dials) -> Instance:
        """Make the task of `seed`. dials: complete and checked."""
        settings = complete_dials(self.card, dials)
        program = _program(seed, settings)
        prompt = write_prompt(program, settings)
        stage = make_stage(program, settings, PLACEHOLDERS, image=self.card.image)
        return Instance(
            family=self.card.family,
            seed=seed,
            dials=settings,
            prompt=prompt,
            submission_path=SUBMISSION,
            sealed=sealed_files(program, seed, settings),
            digest=variant_digest(prompt, stage, SUBMISSION),
        )

    def stage(self, instance: Instance, secrets: SampleSecrets) -> Stage:
        """Give what the agent's sandbox holds."""
        program = _program(instance.seed, instance.dials)
        return make_stage(program, instance.dials, secrets, image=self.card.image)

    def reference(self, instance: Instance) -> Solution:
        """Give the input that shows the defect."""
        return reference(_program(instance.seed, instance.dials))

    def nulls(self, instance: Instance, stream: SeedStream) -> tuple[Solution, ...]:
        """Give nothing, the sample whole, cut and changed, random bytes, and valid edges."""
        return nulls(_program(instance.seed, instance.dials), stream)

    async def grade(
        self,
        instance: Instance,
        secrets: SampleSecrets,  # noqa: ARG002 - the interface's; nothing here is protected
        submission: Submission,
        testbed: Testbed,
    ) -> Verdict:
        """Judge the input by running it. Raises: SandboxGoneError, UnavailableError."""
        return await self._grader(instance).judge(submission.file, testbed)

    async def prove_instance(self, instance: Instance, testbed: Testbed) -> Verdict:
        """Check that both builds take every valid input, and the repaired one the reference."""
        return await examine(self._grader(instance), testbed)

    def _grader(self, instance: Instance) -> Grader:
        return Grader(
            program=_program(instance.seed, instance.dials),
            instance=instance,
            builder=self.builder,
            image=self.card.image,
        )


def _program(seed: int, dials: Dials) -> Program:
    return _kept_program(seed, tuple(dials.items()))


@lru_cache(maxsize=64)
def _kept_program(seed: int, dials: tuple[tuple[str, DialValue], ...]) -> Program:
    """Make a program once: staging, grading and proofs ask for it again and again."""
    return make_program(seed, dict(dials))
