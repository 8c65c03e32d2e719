"""The main path: the order of its steps, and what stops it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from seatrial.core.canonical import Digest
from seatrial.core.problem import RefusedError
from seatrial.review.plan import Plan
from seatrial.review.report import Report
from seatrial.review.steps import Evidence, run_trial
from seatrial.review.thresholds import parse_thresholds
from seatrial.review.trial import Probe, ProbeReport, Quarantine


class RecordingHost:
    """Notes which steps were asked for; the evidence is made up."""

    def __init__(self, made_up: ModuleType, **changes: Any) -> None:
        self.trial = made_up.made_up_trial()
        self.steps: list[str] = []
        self.observed = changes.get("observed", self.trial.plan)
        self.probed = changes.get("probed", self.trial.probe)
        self.thresholds = parse_thresholds(made_up.THRESHOLDS_TEXT.decode(), place="thresholds")

    def commit(self, plan: Plan) -> None:
        del plan
        self.steps.append("commit")

    def observe(self, plan: Plan) -> Plan:
        del plan
        self.steps.append("observe")
        return self.observed  # type: ignore[no-any-return]  # the made-up module is untyped

    async def probe(self, plan: Plan) -> ProbeReport:
        del plan
        self.steps.append("probe")
        return self.probed  # type: ignore[no-any-return]  # the made-up module is untyped

    async def prove(self, plan: Plan) -> tuple[Quarantine, ...]:
        del plan
        self.steps.append("prove")
        return self.trial.trial.quarantined  # type: ignore[no-any-return]  # as above

    async def try_roles(self, plan: Plan, quarantined: Iterable[Quarantine]) -> str | None:
        del plan, quarantined
        self.steps.append("try")
        return None

    def gather(
        self,
        plan: Plan,
        probe: ProbeReport,
        quarantined: Sequence[Quarantine],
        stopped: str | None,
    ) -> Evidence:
        del plan, quarantined, stopped
        self.steps.append("gather")
        return Evidence(
            trial=self.trial.trial,
            thresholds=self.thresholds,
            samples=self.trial.samples,
            journals=(),
            probe=probe,
        )

    def issue(self, report: Report, evidence: Evidence) -> None:
        del report, evidence
        self.steps.append("issue")


def run(host: RecordingHost) -> Report:
    return asyncio.run(run_trial(host.trial.plan, host, software="test"))


def test_the_plan_is_signed_before_anything_and_the_statement_comes_last(
    made_up: ModuleType,
) -> None:
    host = RecordingHost(made_up)
    report = run(host)

    assert host.steps == ["commit", "observe", "probe", "prove", "try", "gather", "issue"]
    assert report.samples


def test_a_machine_that_disagrees_with_the_plan_is_refused_by_name(made_up: ModuleType) -> None:
    """R5."""
    plan = made_up.made_up_plan()
    host = RecordingHost(made_up, observed=replace(plan, scope=Digest("sha256:" + "0" * 64)))

    with pytest.raises(RefusedError, match="scope: planned 'sha256:"):
        run(host)
    assert host.steps == ["commit", "observe"]


def test_a_sandbox_that_leads_anywhere_is_refused_by_name(made_up: ModuleType) -> None:
    """R1, R2."""
    reach = Probe(name="metadata", reached=True, detail="169.254.169.254 answered")
    host = RecordingHost(made_up, probed=ProbeReport(probes=(reach,)))

    with pytest.raises(RefusedError, match=r"metadata \(169.254.169.254 answered\)"):
        run(host)
    assert host.steps == ["commit", "observe", "probe"]


def test_a_probe_that_tried_nothing_is_no_proof(made_up: ModuleType) -> None:
    host = RecordingHost(made_up, probed=ProbeReport(probes=()))

    with pytest.raises(RefusedError, match="tried nothing"):
        run(host)
