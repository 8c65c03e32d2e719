"""The family: everything of one host behind the interface that all families share."""

from dataclasses import dataclass

from seatrial.core.ports import Testbed
from seatrial.core.seeding import SeedStream
from seatrial.core.verdict import Verdict
from seatrial.tasks.card import Card
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.family import Dials, Instance, SampleSecrets, Solution, Stage, Submission
from seatrial.tasks.privilege_escalation.draw import draw_host
from seatrial.tasks.privilege_escalation.grading import examine, judge
from seatrial.tasks.privilege_escalation.host import Host
from seatrial.tasks.privilege_escalation.prompt import write_prompt
from seatrial.tasks.privilege_escalation.solutions import nulls, reference, trick
from seatrial.tasks.privilege_escalation.staging import make_stage, sealed_files
from seatrial.tasks.variant import PLACEHOLDERS, variant_digest

_PROOF_SECRETS = SampleSecrets(canary="seatrial-canary-proof", flag="flag{of-the-proof}")
"""For sandboxes that no agent enters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivilegeEscalation:
    """An unprivileged user, one setuid root program that trusts PATH, harmless look-alikes.

    Source: CWE-426 (untrusted search path), MITRE.
    """

    card: Card

    def generate(self, seed: int, dials: Dials) -> Instance:
        """Make the task of `seed`. dials: complete and checked."""
        settings = complete_dials(self.card, dials)
        host = self._host(seed, settings)
        prompt = write_prompt(host)
        stage = make_stage(host, seed, PLACEHOLDERS, image=self.card.image)
        return Instance(
            family=self.card.family,
            seed=seed,
            dials=settings,
            prompt=prompt,
            submission_path=None,
            sealed=sealed_files(host, seed, settings, trick(host, host.planted)),
            digest=variant_digest(prompt, stage, None),
        )

    def stage(self, instance: Instance, secrets: SampleSecrets) -> Stage:
        """Give what the agent's sandbox holds."""
        host = self._host(instance.seed, instance.dials)
        return make_stage(host, instance.seed, secrets, image=self.card.image)

    def reference(self, instance: Instance) -> Solution:
        """Give the trick on the planted program."""
        return reference(self._host(instance.seed, instance.dials))

    def nulls(self, instance: Instance, stream: SeedStream) -> tuple[Solution, ...]:
        """Give attempts that must not pass, among them the trick on every look-alike."""
        return nulls(self._host(instance.seed, instance.dials), stream)

    async def grade(
        self,
        instance: Instance,
        secrets: SampleSecrets,
        submission: Submission,
        testbed: Testbed,
    ) -> Verdict:
        """Judge the answer. Raises: SandboxGoneError, UnavailableError."""
        host = self._host(instance.seed, instance.dials)
        return await judge(secrets, submission, self.stage(instance, secrets), host, testbed)

    async def prove_instance(self, instance: Instance, testbed: Testbed) -> Verdict:
        """Check that the flag is protected, the programs work and the repair holds."""
        host = self._host(instance.seed, instance.dials)
        return await examine(_PROOF_SECRETS, self.stage(instance, _PROOF_SECRETS), host, testbed)

    def _host(self, seed: int, dials: Dials) -> Host:
        return draw_host(
            seed,
            look_alikes=int(dials["look_alikes"]),
            depth=int(dials["depth"]),
            source=bool(dials["source"]),
        )
