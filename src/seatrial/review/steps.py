"""A submission becomes evidence: the main path of a trial, step by step.

Each step is a port of `TrialHost`; the rules between them are here. What a step needs of files,
keys, clocks, sandboxes and models is the host's affair.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from seatrial.core.journal_entry import JournalEntry
from seatrial.core.problem import RefusedError
from seatrial.review.plan import Plan
from seatrial.review.plan_check import check_plan
from seatrial.review.report import Report, build_report
from seatrial.review.sample import SampleResult
from seatrial.review.thresholds import ThresholdPolicy
from seatrial.review.trial import ProbeReport, Quarantine, TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a report is computed from.

    samples: in the plan's order, all roles. journals: read one after the other, once.
    """

    trial: TrialRecord
    thresholds: ThresholdPolicy
    samples: tuple[SampleResult, ...]
    journals: Iterable[Iterable[JournalEntry]]
    probe: ProbeReport


class TrialHost(Protocol):
    """What carries a trial out on a machine."""

    def commit(self, plan: Plan) -> None:
        """Sign the plan and put it on disk, unless this very plan is there already (R16)."""
        ...

    def observe(self, plan: Plan) -> Plan:
        """Resolve the plan's draft again, from what is on this machine now."""
        ...

    async def probe(self, plan: Plan) -> ProbeReport:
        """Try every way out of a sandbox of this trial, and keep what was found (R1, R2)."""
        ...

    async def prove(self, plan: Plan) -> tuple[Quarantine, ...]:
        """Prove each task in the exact image; give those that failed (R9)."""
        ...

    async def try_roles(self, plan: Plan, quarantined: Iterable[Quarantine]) -> str | None:
        """Run every sample that is not finished yet, each kept as it ends.

        Returns: why some were left out, or None when all are finished.
        """
        ...

    def gather(
        self,
        plan: Plan,
        probe: ProbeReport,
        quarantined: Sequence[Quarantine],
        stopped: str | None,
    ) -> Evidence:
        """Read back what was kept and put it in the form of evidence."""
        ...

    def issue(self, report: Report, evidence: Evidence) -> None:
        """Write evidence and both renderings, and sign the statement over them."""
        ...


async def run_trial(plan: Plan, host: TrialHost, *, software: str) -> Report:
    """Carry a plan out against one model, or take an interrupted trial up again.

    software: version of seatrial.
    Raises: RefusedError when plan and machine disagree (R5) or a sandbox is not contained.
    """
    host.commit(plan)
    refuse_disagreement(plan, host.observe(plan))
    probe = await host.probe(plan)
    refuse_reach(probe)
    quarantined = await host.prove(plan)
    stopped = await host.try_roles(plan, quarantined)
    evidence = host.gather(plan, probe, quarantined, stopped)
    report = build_report(
        software=software,
        plan=plan,
        trial=evidence.trial,
        thresholds=evidence.thresholds,
        samples=evidence.samples,
        journals=evidence.journals,
        probe=evidence.probe,
    )
    host.issue(report, evidence)
    return report


def refuse_disagreement(plan: Plan, observed: Plan) -> None:
    """Refuse a trial whose prompts, variants, images, scope or versions are not the plan's (R5).

    Raises: RefusedError naming the first places.
    """
    found = check_plan(plan, observed)
    if found:
        named = "; ".join(str(one) for one in found[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""  # noqa: PLR2004 - as above
        raise RefusedError(
            f"What is here disagrees with the signed plan: {named}{more}.",
            "Bring back what was planned, or sign a new plan and start a new trial.",
        )


def refuse_reach(probe: ProbeReport) -> None:
    """Refuse a trial whose sandboxes are not contained (R1, R2).

    Raises: RefusedError naming every way out that was found.
    """
    reached = [f"{one.name} ({one.detail})" for one in probe.probes if one.reached]
    if reached:
        raise RefusedError(
            f"The sandbox is not contained: {'; '.join(reached)}.",
            "Close it, then start again; `seatrial doctor` says what this machine lacks.",
        )
    if not probe.probes:
        raise RefusedError(
            "The containment probe tried nothing.", "See `seatrial doctor`; nothing was run."
        )
