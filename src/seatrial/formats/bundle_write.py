"""Close a trial: report, manifest and signed statement from what lies in its folder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.canonical import canonical_json
from seatrial.core.journal_entry import JournalEntry
from seatrial.core.ports import Signer
from seatrial.formats.in_toto import build_statement, sign_statement
from seatrial.formats.report_html import render_html
from seatrial.formats.report_json import write_report_json
from seatrial.review.bundle import (
    MANIFEST_FILE,
    PROBE_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    STATEMENT_FILE,
    TRIAL_FILE,
    VERDICTS_FILE,
    ManifestFile,
    build_manifest,
    describe_file,
    write_manifest,
)
from seatrial.review.plan import Plan, planned_samples
from seatrial.review.record import to_json
from seatrial.review.report import Report, build_report
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import sample_id, write_verdicts
from seatrial.review.thresholds import ThresholdPolicy
from seatrial.review.trial import ProbeReport, TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBundle:
    """files: path to content, to be written in this order; the statement is last."""

    report: Report
    files: Mapping[str, bytes]


def close_bundle(
    *,
    software: str,
    plan: Plan,
    trial: TrialRecord,
    thresholds: ThresholdPolicy,
    samples: Iterable[SampleResult],
    journals: Iterable[Iterable[JournalEntry]],
    probe: ProbeReport,
    present: Sequence[ManifestFile],
    signer: Signer,
) -> ClosedBundle:
    """Make every file that follows from the evidence.

    present: files already in the folder (signed plan, policies, journals, logs), described by
        `review.bundle.describe_file`; those made here are ignored among them.
    Returns: trial, verdicts, probe, report (JSON and HTML), manifest, statement.
    """
    place = {one: index for index, one in enumerate(planned_samples(plan))}
    ordered = sorted(samples, key=lambda one: place.get(sample_id(one), len(place)))
    report = build_report(
        software=software,
        plan=plan,
        trial=trial,
        thresholds=thresholds,
        samples=ordered,
        journals=journals,
        probe=probe,
    )
    files = {
        TRIAL_FILE: canonical_json(to_json(trial)),
        VERDICTS_FILE: write_verdicts(ordered),
        PROBE_FILE: canonical_json(to_json(probe)),
        REPORT_JSON_FILE: write_report_json(report),
        REPORT_HTML_FILE: render_html(report),
    }
    made = [describe_file(path, content) for path, content in files.items()]
    manifest = write_manifest(
        build_manifest(
            trial=trial.trial,
            plan=plan,
            samples=ordered,
            files=[*made, *(one for one in present if one.path not in files)],
        )
    )
    statement = sign_statement(build_statement(report, manifest), signer)
    return ClosedBundle(
        report=report, files={**files, MANIFEST_FILE: manifest, STATEMENT_FILE: statement}
    )
