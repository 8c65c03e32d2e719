"""The host of a trial on this machine: implements `review.steps.TrialHost`."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inspect_ai.model import Model

from seatrial.adapters.clock import SystemClock
from seatrial.adapters.keys import FileSigner
from seatrial.adapters.named_testbed import NamedTestbed
from seatrial.adapters.plan_resolution import PlannedInstance, Resolution
from seatrial.adapters.trial.gathering import gather_evidence
from seatrial.adapters.trial.issuing import issue_bundle
from seatrial.adapters.trial.probing import probe_sandboxes
from seatrial.adapters.trial.proving import prove_instances
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.adapters.trial.trying import Trying
from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.core.canonical import canonical_json
from seatrial.core.ports import Testbed
from seatrial.core.problem import RefusedError
from seatrial.core.record import to_json
from seatrial.formats.signed_plan import open_plan, sign_plan
from seatrial.review.bundle import PLAN_FILE, PROBE_FILE
from seatrial.review.plan import Plan, plan_bytes
from seatrial.review.report import Report
from seatrial.review.steps import Evidence
from seatrial.review.trial import ProbeReport, Quarantine
from seatrial.review.watcher import Watcher
from seatrial.tasks.proof import ProofStore
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import default_places


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTrialHost:
    """Carries one trial out.

    resolution: what the plan's draft resolves to on this machine now.
    policies: content of the policy files, by their name in the bundle.
    testbed: keeps the trial's journals. proving: keeps none, as no agent enters it.
    proofs: where proofs of instances are kept between trials.
    signer: None when the plan is signed already, and the statement will be elsewhere.
    model: the model under trial, open; None for a reference model.
    """

    directory: TrialDirectory
    setting: TrialSetting
    signer: FileSigner | None
    testbed: OciTestbed
    proving: Testbed
    resolution: Resolution
    policies: Mapping[str, bytes]
    proofs: ProofStore
    watcher: Watcher
    clock: SystemClock
    software: Mapping[str, str]
    model: Model | None

    def commit(self, plan: Plan) -> None:
        """Sign the plan, unless the folder holds it already: then it must be this one."""
        self.directory.note_start(self.clock.now())
        if not (self.directory.path / PLAN_FILE).exists():
            if self.signer is None:
                raise RefusedError(
                    f"{self.directory.path} holds no signed plan, and nothing here signs one.",
                    "Put the signed plan there first.",
                )
            for name, content in self.policies.items():
                self.directory.write(name, content)
            self.directory.write(PLAN_FILE, sign_plan(plan, self.signer))
            return
        kept, _ = open_plan(self.directory.read(PLAN_FILE), {}, place=PLAN_FILE)
        if plan_bytes(kept) != plan_bytes(plan):
            raise RefusedError(
                f"{self.directory.path} holds another plan.", "Choose another folder with --out."
            )

    def observe(self, plan: Plan) -> Plan:
        """Give the plan that this machine resolves the same draft to."""
        del plan  # resolved from its draft when the host was made
        return self.resolution.plan

    async def probe(self, plan: Plan) -> ProbeReport:
        """Probe a sandbox of each kind the suite uses; keep the report."""
        del plan
        named = NamedTestbed(self.testbed, f"probe.{self.directory.start_name()}")
        report = await probe_sandboxes(
            named,
            self._instances(),
            cache=default_places().cache,
            mechanism=f"{self.setting.runtime}, started by "
            + ("root" if os.geteuid() == 0 else "an ordinary user"),
            own_kernel=self.setting.runtime == "runsc",
            watcher=self.watcher,
        )
        self.directory.write(PROBE_FILE, canonical_json(to_json(report)))
        return report

    async def prove(self, plan: Plan) -> tuple[Quarantine, ...]:
        """Prove the plan's instances that have no proof yet."""
        return await prove_instances(
            self._instances(),
            images=plan.images,
            testbed=self.proving,
            store=self.proofs,
            jobs=self.setting.jobs,
            watcher=self.watcher,
        )

    async def try_roles(self, plan: Plan, quarantined: Iterable[Quarantine]) -> str | None:
        """Run every unfinished sample of the model and the controls."""
        left_out = {one.task for one in quarantined}
        trying = Trying(
            plan=plan,
            instances=tuple(one for one in self._instances() if one.name not in left_out),
            directory=self.directory,
            setting=self.setting,
            testbed=self.testbed,
            policies=self.policies,
            watcher=self.watcher,
            model=self.model,
        )
        return await trying.run()

    def gather(
        self,
        plan: Plan,
        probe: ProbeReport,
        quarantined: Sequence[Quarantine],
        stopped: str | None,
    ) -> Evidence:
        """Read back everything that was kept."""
        return gather_evidence(
            plan,
            directory=self.directory,
            setting=self.setting,
            probe=probe,
            quarantined=quarantined,
            stopped=stopped,
            ended=self.clock.now(),
            guarantees_lost=self.testbed.lost,
            software=self.software,
        )

    def issue(self, report: Report, evidence: Evidence) -> None:
        """Write the bundle and sign the statement over it."""
        issue_bundle(report, evidence, directory=self.directory, signer=self.signer)

    def _instances(self) -> tuple[PlannedInstance, ...]:
        return self.resolution.instances
