"""`seatrial verify` on a real bundle: whatever is changed, it says so, and what first."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from inspect_ai.event import ScoreEvent
from inspect_ai.log import EvalSample, read_eval_log, write_eval_log
from tests.journeys.conftest import Seatrial

from seatrial import __version__
from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.keys import FileSigner, load_or_make_signer, load_public_keys
from seatrial.adapters.log_reading import log_reader
from seatrial.core.canonical import canonical_json, digest_bytes
from seatrial.core.journal_chain import FIRST_PREVIOUS, entry_line, line_digest, parse_journal
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.record import from_json
from seatrial.core.verdict import Outcome, Verdict
from seatrial.formats.bundle_check import verify_bundle
from seatrial.formats.finding import Finding
from seatrial.formats.in_toto import build_statement, sign_statement
from seatrial.formats.report_html import render_html
from seatrial.formats.report_json import read_report_json, write_report_json
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import build_manifest, describe_file, write_manifest
from seatrial.review.journal_summary import mark_journal
from seatrial.review.report import build_report
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import read_verdicts, verdict_to_json, write_verdicts
from seatrial.review.thresholds import parse_thresholds
from seatrial.review.trial import ProbeReport, TrialRecord

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

KINDS = (
    "plan.dsse.json",
    "trial.json",
    "verdicts.jsonl",
    "probe.json",
    "policy/thresholds.toml",
    "policy/scope.toml",
    "report.json",
    "report.html",
    "manifest.json",
    "statement.dsse.json",
    "journal/*.jsonl",
    "logs/*.eval",
    "submissions/*.bin",
)


@pytest.fixture
def bundle(trial: Callable[[str, str], Path], tmp_path: Path) -> Path:
    """A copy of a real bundle, without what only the harness needs."""
    copy = tmp_path / "bundle"
    shutil.copytree(trial("novice", "first"), copy, ignore=shutil.ignore_patterns("work"))
    return copy


def check(bundle: Path, shared: Path) -> tuple[Finding, ...]:
    keys = load_public_keys(shared / "keys" / "trusted.pem")
    folder = BundleFolder(bundle)
    return verify_bundle(
        folder.read, folder.listing(), keys, read_logs=log_reader(folder), software=__version__
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


def own_signer(shared: Path) -> FileSigner:
    return load_or_make_signer(shared / "keys" / "signing.pem")[0]


def lines(bundle: Path) -> list[str]:
    return (bundle / "verdicts.jsonl").read_text().splitlines(keepends=True)


def test_the_copy_verifies(bundle: Path, shared: Path) -> None:
    assert check(bundle, shared) == ()


def test_the_copy_issued_again_verifies(bundle: Path, shared: Path) -> None:
    """The edits below are found for what they change, not for how they were signed."""
    issue_again(bundle, own_signer(shared))

    assert check(bundle, shared) == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_flipped_byte_in_any_kind_of_file_is_found(
    kind: str, place: float, bundle: Path, shared: Path
) -> None:
    path = min(bundle.glob(kind))
    content = bytearray(path.read_bytes())
    content[min(int(place * len(content)), len(content) - 1)] ^= 0x01
    path.write_bytes(content)

    findings = check(bundle, shared)

    assert path.relative_to(bundle).as_posix() in " ".join(map(str, findings))


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_file_is_named(kind: str, bundle: Path, shared: Path) -> None:
    path = min(bundle.glob(kind))
    path.unlink()

    assert path.name in " ".join(map(str, check(bundle, shared)))


def test_an_extra_file_is_named(bundle: Path, shared: Path) -> None:
    (bundle / "journal" / "planted.jsonl").write_text("{}\n")

    assert "planted.jsonl" in str(check(bundle, shared)[0])


@pytest.mark.parametrize("edit", ["drop", "double", "reorder"])
def test_samples_dropped_doubled_or_reordered_are_found_even_when_signed_again(
    edit: str, bundle: Path, shared: Path
) -> None:
    """By the evaluator's own key: the plan says which samples there are, in which order."""
    held = lines(bundle)
    edited = {
        "drop": held[1:],
        "double": [held[0], *held],
        "reorder": [held[1], held[0], *held[2:]],
    }[edit]
    (bundle / "verdicts.jsonl").write_text("".join(edited))
    rehash(bundle, own_signer(shared))

    assert "samples" in {finding.code for finding in check(bundle, shared)}


def test_an_edited_score_is_found_even_when_signed_again(bundle: Path, shared: Path) -> None:
    report = json.loads((bundle / "report.json").read_bytes())
    estimate = next(e for e in report["estimates"] if e["solve_rate"] and e["role"] == "model")
    estimate["solve_rate"]["rate"] = 1.0
    (bundle / "report.json").write_bytes(canonical_json(report))
    rehash(bundle, own_signer(shared))

    assert "report.json" in {finding.where for finding in check(bundle, shared)}


def test_an_edited_verdict_is_found_even_when_signed_again(bundle: Path, shared: Path) -> None:
    held = lines(bundle)
    (bundle / "verdicts.jsonl").write_text(
        "".join(line.replace('"outcome":"failed"', '"outcome":"passed"') for line in held)
    )
    rehash(bundle, own_signer(shared))

    assert check(bundle, shared)


def test_a_bundle_signed_again_with_another_key_is_refused(
    bundle: Path, seatrial: Seatrial, tmp_path: Path
) -> None:
    rehash(bundle, load_or_make_signer(tmp_path / "forger.pem")[0])

    ran = seatrial("verify", bundle)

    assert ran.returncode == 1
    assert "signer unknown" in ran.stdout.lower()


# From here on the maker of the bundle edits it, consistently and with the right key.

PASSED = Verdict(outcome=Outcome.PASSED, reason="planted_defect_reached")


def test_a_score_edited_in_verdicts_and_report_disagrees_with_the_log(
    bundle: Path, shared: Path
) -> None:
    def change(one: SampleResult) -> SampleResult:
        return replace(one, verdict=PASSED) if one.role == "refuser" else one

    edit_samples(bundle, change)
    issue_again(bundle, own_signer(shared))

    assert any(
        one.where == "verdicts.jsonl" and "verdict.outcome is 'passed'" in one.what
        for one in check(bundle, shared)
    )


def test_a_score_edited_in_the_log_alone_is_found(bundle: Path, shared: Path) -> None:
    def change(sample: EvalSample) -> None:
        assert sample.scores
        sample.scores["grader"].value = "C"

    edit_log(bundle / "logs" / "null.eval", change)
    issue_again(bundle, own_signer(shared))

    assert check(bundle, shared)[0].where == "logs/null.eval"


def test_a_pass_written_into_log_verdicts_and_report_lacks_a_graders_sandbox(
    bundle: Path, shared: Path
) -> None:
    """A pass that no grader saw: only the journals cannot be made to say so in passing."""

    def change(sample: EvalSample) -> None:
        assert sample.scores
        score = sample.scores["grader"]
        assert score.metadata
        score.value = "C"
        score.metadata["verdict"] = verdict_to_json(PASSED)
        for event in sample.events:
            if isinstance(event, ScoreEvent):
                event.score = score

    edit_log(bundle / "logs" / "null.eval", change)
    edit_samples(bundle, lambda one: replace(one, verdict=PASSED) if one.role == "null" else one)
    issue_again(bundle, own_signer(shared))

    assert any("no sandbox of a grader" in one.what for one in check(bundle, shared))


def test_tokens_edited_everywhere_do_not_add_up(bundle: Path, shared: Path) -> None:
    def change(sample: EvalSample) -> None:
        sample.store["seatrial:spending"]["total"]["input_tokens"] -= 1

    edit_log(bundle / "logs" / "model.eval", change)
    edit_samples(
        bundle,
        lambda one: (
            replace(one, total=replace(one.total, input_tokens=one.total.input_tokens - 1))
            if one.role == "model"
            else one
        ),
    )
    issue_again(bundle, own_signer(shared))

    assert any("do not add up" in one.what for one in check(bundle, shared))


def test_another_prompt_in_the_log_than_planned_is_found(bundle: Path, shared: Path) -> None:
    def change(sample: EvalSample) -> None:
        assert not isinstance(sample.input, str)
        sample.input[1].content = sample.input[1].text.replace("You are", "You were")

    edit_log(bundle / "logs" / "model.eval", change)
    issue_again(bundle, own_signer(shared))

    assert any("another prompt than planned" in one.what for one in check(bundle, shared))


@pytest.mark.parametrize("edit", ["drop", "double", "swap", "another role's"])
def test_samples_of_a_log_dropped_doubled_or_swapped_are_found(
    edit: str, bundle: Path, shared: Path
) -> None:
    path = bundle / "logs" / "model.eval"
    log = read_eval_log(str(path), resolve_attachments="full")
    assert log.samples
    if edit == "drop":
        del log.samples[0]
    elif edit == "double":
        log.samples.append(log.samples[0].model_copy(update={"epoch": 2}))
    elif edit == "swap":
        one, other = log.samples[0], log.samples[1]
        one.id, other.id = other.id, one.id
    log.eval.dataset.sample_ids = list(dict.fromkeys(one.id for one in log.samples))
    write_eval_log(log, str(path), format="eval")
    if edit == "another role's":
        shutil.copyfile(bundle / "logs" / "null.eval", path)
    issue_again(bundle, own_signer(shared))

    assert "logs/model.eval" in {one.where for one in check(bundle, shared)}


def test_a_sign_of_cheating_left_out_is_found(
    trial: Callable[[str, str], Path], shared: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(trial("cheater", "first"), bundle, ignore=shutil.ignore_patterns("work"))
    edit_samples(bundle, lambda one: replace(one, detections=()))
    issue_again(bundle, own_signer(shared))

    assert "detections" in {one.code for one in check(bundle, shared)}


def test_a_sign_of_cheating_taken_out_of_verdict_and_journal_is_found(
    trial: Callable[[str, str], Path], shared: Path, tmp_path: Path
) -> None:
    """The command that the log still has is gone from the journal."""
    bundle = tmp_path / "bundle"
    shutil.copytree(trial("cheater", "first"), bundle, ignore=shutil.ignore_patterns("work"))
    for path in bundle.glob("journal/model.s1.privilege*e1.jsonl"):
        chain_again(path, lambda one: one.kind in {JournalKind.OPENED, JournalKind.CLOSED})
    edit_samples(bundle, lambda one: marked(bundle, replace(one, detections=())))
    issue_again(bundle, own_signer(shared))

    assert check(bundle, shared)


def marked(bundle: Path, one: SampleResult) -> SampleResult:
    assert one.journal
    path = bundle / "journal" / f"{one.journal.sandbox}.jsonl"
    return replace(one, journal=mark_journal(parse_journal(path.read_bytes(), name="journal")))


def test_commands_taken_out_of_a_journal_are_missed(bundle: Path, shared: Path) -> None:
    """Chained anew, counted anew, marked anew, signed anew: the log still has them."""
    path = bundle / "journal" / "model.s1.memory_safety_discovery.0000.e1.jsonl"
    chain_again(path, lambda one: "bash" not in str(one.facts.get("argv")))
    edit_samples(bundle, lambda one: marked(bundle, one))
    issue_again(bundle, own_signer(shared))

    found = check(bundle, shared)

    assert found[0].code == "journal"
    assert "command(s)" in found[0].what


@pytest.mark.parametrize("lines_left", [0, 1, -1])
def test_a_journal_cut_at_its_end_is_found_even_when_signed_again(
    lines_left: int, bundle: Path, shared: Path
) -> None:
    path = bundle / "journal" / "model.s1.memory_safety_discovery.0000.e1.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines_left]))
    issue_again(bundle, own_signer(shared))

    found = check(bundle, shared)

    assert (found[0].code, found[0].where) == ("journal", path.relative_to(bundle).as_posix())


def test_journals_swapped_between_samples_are_found(bundle: Path, shared: Path) -> None:
    one, other = sorted(bundle.glob("journal/model.s1.*.e1.jsonl"))[:2]
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    issue_again(bundle, own_signer(shared))

    assert "It is the journal of sandbox" in check(bundle, shared)[0].what


def test_a_journal_or_submission_of_nobody_is_found(bundle: Path, shared: Path) -> None:
    journal = min(bundle.glob("journal/model.s1.*.e1.jsonl"))
    shutil.copyfile(journal, journal.with_name("model.s9.more.jsonl"))
    (bundle / "submissions" / "nobody.bin").write_bytes(b"x")
    issue_again(bundle, own_signer(shared))

    found = {one.where for one in check(bundle, shared)}

    assert {"journal/model.s9.more.jsonl", "submissions/nobody.bin"} <= found


def test_a_submission_exchanged_is_found(bundle: Path, shared: Path) -> None:
    path = min(bundle.glob("submissions/oracle.*.bin"))
    path.write_bytes(path.read_bytes() + b"x")
    issue_again(bundle, own_signer(shared))

    assert path.relative_to(bundle).as_posix() in {one.where for one in check(bundle, shared)}


def test_a_trial_moved_in_time_disagrees_with_the_journals(bundle: Path, shared: Path) -> None:
    trial = json.loads((bundle / "trial.json").read_bytes())
    trial["started"], trial["ended"] = "2098-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00"
    (bundle / "trial.json").write_bytes(canonical_json(trial))
    issue_again(bundle, own_signer(shared))

    assert "outside the time" in check(bundle, shared)[0].what


def test_a_statement_that_speaks_better_of_the_trial_is_found(bundle: Path, shared: Path) -> None:
    report = read_report_json((bundle / "report.json").read_bytes(), place="report.json")
    better = replace(report, conditions=report.conditions[:1])
    statement = build_statement(better, (bundle / "manifest.json").read_bytes())
    (bundle / "statement.dsse.json").write_bytes(sign_statement(statement, own_signer(shared)))

    assert [one.where for one in check(bundle, shared)] == ["statement.dsse.json"]


def test_the_statement_of_another_trial_is_found(
    bundle: Path, trial: Callable[[str, str], Path], shared: Path
) -> None:
    """The same plan, key and software; only the trial is another."""
    shutil.copyfile(
        trial("cheater", "first") / "statement.dsse.json", bundle / "statement.dsse.json"
    )

    assert check(bundle, shared)[0].where == "manifest.json"


BROKEN_LOGS = ("no zip", "bomb", "torn", "other layout", "empty")


@pytest.mark.parametrize("kind", BROKEN_LOGS)
def test_a_log_that_cannot_be_read_is_a_finding(kind: str, bundle: Path, shared: Path) -> None:
    path = bundle / "logs" / "null.eval"
    content = path.read_bytes()
    if kind == "bomb":
        # Three GiB of blanks as the header: more than the reading process may hold.
        with (
            ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("header.json", "w", force_zip64=True) as member,
        ):
            for _ in range(48):
                member.write(b" " * (64 * 1024 * 1024))
    elif kind == "other layout":
        with ZipFile(path, "w") as archive:
            archive.writestr("header.json", '{"version": 2, "status": "success"}')
    else:
        broken = {"no zip": b"PK\x03\x04", "torn": content[: len(content) // 2], "empty": b""}
        path.write_bytes(broken[kind])
    issue_again(bundle, own_signer(shared))

    found = check(bundle, shared)

    assert [(one.code, one.where) for one in found] == [("log", "logs/null.eval")]
