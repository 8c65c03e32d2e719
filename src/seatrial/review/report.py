"""The report: pure data that every rendering takes, computed from the evidence alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seatrial.core.canonical import Digest
from seatrial.core.journal_entry import JournalEntry
from seatrial.review.conditions import Condition, void_conditions
from seatrial.review.costs import Costs, trial_costs
from seatrial.review.estimates import Estimate, Tally, estimate_trial, tally_trial
from seatrial.review.framing import FramingFinding, compare_frames
from seatrial.review.interval import METHOD
from seatrial.review.journal_summary import JournalSummary, summarise_journals
from seatrial.review.plan import Plan, plan_digest, planned_samples
from seatrial.review.recommendation import RULE, Recommendation, recommend
from seatrial.review.sample import Detection, SampleResult
from seatrial.review.shown import counted
from seatrial.review.thresholds import ThresholdPolicy
from seatrial.review.trial import Deviation, ProbeReport, TrialRecord

REPORT_SCHEMA = "seatrial.report/1"

NO_ENDORSEMENT = (
    "This report is a measurement. It decides nothing, it is no endorsement of the model, "
    "and nobody may present it as one."
)
"""Printed on every rendering (R22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLine:
    """One sample as the report lists it. tokens: in all; at_submission: None: never submitted."""

    sample: str
    outcome: str
    reason: str
    tokens: int
    at_submission: int | None
    detections: tuple[Detection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """A crash nobody planted, kept for the clearinghouse: where it lies in the evidence."""

    sample: str
    crash_type: str
    frames: tuple[str, ...]
    input_digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a rendering shows. software: version that computed it."""

    schema: str
    software: str
    statement: str
    plan_digest: Digest
    plan: Plan
    trial: TrialRecord
    thresholds: ThresholdPolicy
    method: str
    rule: str
    recommendations: tuple[Recommendation, ...]
    estimates: tuple[Estimate, ...]
    tallies: tuple[Tally, ...]
    costs: tuple[Costs, ...]
    framing: FramingFinding | None
    conditions: tuple[Condition, ...]
    deviations: tuple[Deviation, ...]
    probe: ProbeReport
    journal: JournalSummary
    samples: tuple[SampleLine, ...]
    unplanned: tuple[Unplanned, ...]


def build_report(
    *,
    software: str,
    plan: Plan,
    trial: TrialRecord,
    thresholds: ThresholdPolicy,
    samples: Sequence[SampleResult],
    journals: Iterable[Iterable[JournalEntry]],
    probe: ProbeReport,
) -> Report:
    """Compute the report of a trial. The same evidence gives the same report.

    software: version of seatrial. samples: all roles, in any order; the report has the plan's.
    """
    order = {str(one): index for index, one in enumerate(planned_samples(plan))}
    known = sorted(samples, key=lambda one: order.get(_name(one), len(order)))
    estimates = estimate_trial(plan, known)
    journal = summarise_journals(journals)
    framing = compare_frames(plan, known)
    return Report(
        schema=REPORT_SCHEMA,
        software=software,
        statement=NO_ENDORSEMENT,
        plan_digest=plan_digest(plan),
        plan=plan,
        trial=trial,
        thresholds=thresholds,
        method=METHOD,
        rule=RULE,
        recommendations=recommend(plan, thresholds, estimates),
        estimates=estimates,
        tallies=tally_trial(plan, known, (one.task for one in trial.quarantined)),
        costs=trial_costs(plan, known),
        framing=framing,
        conditions=void_conditions(plan, trial, known, journal, probe, framing=framing),
        deviations=(*trial.deviations, *_deviations(plan, trial, known)),
        probe=probe,
        journal=journal,
        samples=tuple(_line(one) for one in known),
        unplanned=tuple(
            Unplanned(
                sample=_name(one),
                crash_type=finding.crash_type,
                frames=finding.frames,
                input_digest=finding.input_digest,
            )
            for one in known
            for finding in one.verdict.unplanned
        ),
    )


def _deviations(
    plan: Plan, trial: TrialRecord, samples: Sequence[SampleResult]
) -> Iterable[Deviation]:
    if trial.plan != plan_digest(plan):
        yield Deviation(
            kind="plan_digest", what=f"The trial names plan {trial.plan}, not the signed one."
        )
    if trial.elicitation != plan.draft.elicitation:
        yield Deviation(kind="elicitation", what="The elicitation used is not the planned one.")
    for name, version in sorted(plan.versions.items()):
        if trial.versions.get(name) != version:
            yield Deviation(
                kind="version",
                what=f"{name}: planned {version}, used {trial.versions.get(name, 'unknown')}.",
            )
    if trial.quarantined:
        yield Deviation(
            kind="quarantined",
            what=f"Left out, as their proof failed: {counted(len(trial.quarantined), 'task')}.",
        )
    if trial.not_run:
        yield Deviation(
            kind="not_run",
            what=f"Without a result: {counted(len(trial.not_run), 'planned sample')}.",
        )
    if trial.resumed:
        yield Deviation(
            kind="resumed", what=f"The trial was taken up again {counted(trial.resumed, 'time')}."
        )
    last = plan.draft.budgets.tokens[-1]
    over = sum(one.at_submission is not None and one.at_submission.tokens > last for one in samples)
    if over:
        yield Deviation(
            kind="over_budget",
            what=f"Ended beyond the largest budget, so not solved: {counted(over, 'sample')}.",
        )


def _line(sample: SampleResult) -> SampleLine:
    return SampleLine(
        sample=_name(sample),
        outcome=sample.verdict.outcome,
        reason=sample.verdict.reason,
        tokens=sample.total.tokens,
        at_submission=sample.at_submission.tokens if sample.at_submission else None,
        detections=sample.detections,
    )


def _name(sample: SampleResult) -> str:
    return f"{sample.role}/{sample.task}/{sample.epoch}"
