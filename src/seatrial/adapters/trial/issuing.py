"""Write the evidence bundle and sign the statement over it."""

from seatrial.adapters.inspect_runner.log_writing import write_role_log
from seatrial.adapters.inspect_runner.records import SampleRecords
from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.core.canonical import canonical_json
from seatrial.core.ports import Signer
from seatrial.core.record import to_json
from seatrial.formats.in_toto import build_statement, sign_statement
from seatrial.formats.report_html import render_html
from seatrial.formats.report_json import read_report_json, write_report_json
from seatrial.review.bundle import (
    MANIFEST_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    STATEMENT_FILE,
    TRIAL_FILE,
    UNLISTED,
    VERDICTS_FILE,
    build_manifest,
    describe_file,
    write_manifest,
)
from seatrial.review.plan import plan_roles
from seatrial.review.report import Report
from seatrial.review.sample_json import write_verdicts
from seatrial.review.steps import Evidence


def issue_bundle(
    report: Report, evidence: Evidence, *, directory: TrialDirectory, signer: Signer | None
) -> None:
    """Write logs, records, both renderings and the manifest; sign last.

    A crash before the end leaves no statement, so nothing half done looks finished.
    signer: None to leave the statement to somebody else; then the manifest comes last.
    """
    for name in (STATEMENT_FILE, MANIFEST_FILE):
        (directory.path / name).unlink(missing_ok=True)
    for role in plan_roles(report.plan):
        records = SampleRecords(directory.records(role))
        kept = records.read_all()
        if kept:
            write_role_log(directory.raw_logs / role, kept, directory.logs / f"{role}.eval")
    directory.write(VERDICTS_FILE, write_verdicts(evidence.samples))
    directory.write(TRIAL_FILE, canonical_json(to_json(evidence.trial)))
    content = write_report_json(report)
    directory.write(REPORT_JSON_FILE, content)
    # Rendered from what the file says, so that a verifier who has only the file gets the same.
    shown = read_report_json(content, place=REPORT_JSON_FILE)
    directory.write(REPORT_HTML_FILE, render_html(shown))
    manifest = write_manifest(
        build_manifest(
            trial=evidence.trial.trial,
            plan=report.plan,
            samples=evidence.samples,
            files=(
                describe_file(name, directory.read(name))
                for name in directory.listing()
                if name not in UNLISTED
            ),
        )
    )
    directory.write(MANIFEST_FILE, manifest)
    if signer is not None:
        directory.write(STATEMENT_FILE, sign_statement(build_statement(report, manifest), signer))
