"""What a forger or a bundle's own maker may do to an evidence bundle, and how it is checked."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from inspect_ai.log import EvalSample, read_eval_log, write_eval_log

from seatrial import __version__
from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.inspect_runner.logged import read_log
from seatrial.adapters.keys import FileSigner, load_or_make_signer, load_public_keys
from seatrial.adapters.log_reading import log_reader
from seatrial.core.canonical import canonical_json, digest_bytes
from seatrial.core.journal_chain import FIRST_PREVIOUS, entry_line, line_digest, parse_journal
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.record import from_json
from seatrial.formats.bundle_check import verify_bundle
from seatrial.formats.finding import Finding
from seatrial.formats.in_toto import build_statement, sign_statement
from seatrial.formats.logged import Logged
from seatrial.formats.report_html import render_html
from seatrial.formats.report_json import read_report_json, write_report_json
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import build_manifest, describe_file, write_manifest
from seatrial.review.journal_summary import mark_journal
from seatrial.review.report import build_report
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import read_verdicts, write_verdicts
from seatrial.review.thresholds import parse_thresholds
from seatrial.review.trial import ProbeReport, TrialRecord


def check(bundle: Path, shared: Path, *, confined: bool = False) -> tuple[Finding, ...]:
    """Verify as the command does. confined: read logs in a process of their own, as it does too."""
    keys = load_public_keys(shared / "keys" / "trusted.pem")
    folder = BundleFolder(bundle)

    def read_logs(names: Sequence[str]) -> Iterator[Logged]:
        for name in names:
            yield from read_log(name, str(bundle / name))

    return verify_bundle(
        folder.read,
        folder.listing(),
        keys,
        read_logs=log_reader(folder) if confined else read_logs,
        software=__version__,
    )


def rehash(bundle: Path, signer: FileSigner) -> None:
    """Do what a forger can: list the files anew, and sign with a key of one's own."""
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        content = (bundle / entry["path"]).read_bytes()
        entry["sha256"], entry["size"] = digest_bytes(content), len(content)
    content = canonical_json(manifest)
    (bundle / "manifest.json").write_bytes(content)
    report = read_report_json((bundle / "report.json").read_bytes(), place="report.json")
    (bundle / "statement.dsse.json").write_bytes(
        sign_statement(build_statement(report, content), signer)
    )


def issue_again(bundle: Path, signer: FileSigner) -> None:
    """Do what the bundle's maker can: compute report and statement anew from edited evidence."""
    folder = BundleFolder(bundle)
    paths = [one for one in folder.listing() if not one.startswith(("manifest", "statement"))]
    plan, _ = open_plan(folder.read("plan.dsse.json"), {}, place="plan")
    trial = from_json(TrialRecord, json.loads(folder.read("trial.json")), place="trial")
    samples = read_verdicts(folder.read("verdicts.jsonl"))
    report = build_report(
        software=__version__,
        plan=plan,
        trial=trial,
        thresholds=parse_thresholds(folder.read("policy/thresholds.toml").decode(), place="t"),
        samples=samples,
        journals=[
            parse_journal(folder.read(one), name=one, torn_end=True)
            for one in paths
            if one.startswith("journal/")
        ],
        probe=from_json(ProbeReport, json.loads(folder.read("probe.json")), place="probe"),
    )
    (bundle / "report.json").write_bytes(write_report_json(report))
    shown = read_report_json((bundle / "report.json").read_bytes(), place="report.json")
    (bundle / "report.html").write_bytes(render_html(shown))
    manifest = write_manifest(
        build_manifest(
            trial=trial.trial,
            plan=plan,
            samples=samples,
            files=[describe_file(one, folder.read(one)) for one in paths],
        )
    )
    (bundle / "manifest.json").write_bytes(manifest)
    (bundle / "statement.dsse.json").write_bytes(
        sign_statement(build_statement(report, manifest), signer)
    )


def edit_samples(bundle: Path, change: Callable[[SampleResult], SampleResult]) -> None:
    path = bundle / "verdicts.jsonl"
    path.write_bytes(write_verdicts(change(one) for one in read_verdicts(path.read_bytes())))


def edit_log(path: Path, change: Callable[[EvalSample], None]) -> None:
    """Edit each sample of an Inspect log and write it as Inspect does."""
    log = read_eval_log(str(path), resolve_attachments="full")
    for sample in log.samples or ():
        change(sample)
    write_eval_log(log, str(path), format="eval")


def chain_again(path: Path, keep: Callable[[JournalEntry], bool]) -> None:
    """Take entries out of a journal, number and chain it anew, and count them in its end."""
    kept = [one for one in parse_journal(path.read_bytes(), name="journal") if keep(one)]
    lines: list[bytes] = []
    previous = FIRST_PREVIOUS
    for sequence, one in enumerate(kept):
        facts = dict(one.facts)
        if one.kind is JournalKind.CLOSED:
            facts["entries"] = {
                kind.value: sum(other.kind is kind for other in kept)
                for kind in JournalKind
                if kind is not JournalKind.CLOSED
            }
        lines.append(entry_line(replace(one, sequence=sequence, facts=facts, previous=previous)))
        previous = line_digest(lines[-1])
    path.write_bytes(b"".join(lines))


def marked(bundle: Path, one: SampleResult) -> SampleResult:
    """Let a verdict name the end that its journal has now."""
    assert one.journal
    path = bundle / "journal" / f"{one.journal.sandbox}.jsonl"
    return replace(one, journal=mark_journal(parse_journal(path.read_bytes(), name="journal")))


def own_signer(shared: Path) -> FileSigner:
    """Give the key that the trials of these tests are signed with."""
    return load_or_make_signer(shared / "keys" / "signing.pem")[0]


def lines(bundle: Path) -> list[str]:
    """Give the verdicts' lines."""
    return (bundle / "verdicts.jsonl").read_text().splitlines(keepends=True)
